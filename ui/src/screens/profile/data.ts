// What the profile screen asks for: the merged graph, the exact function table, the series over time.
import { buildModel, type FlameModel, functionCosts } from "../../flame/model";
import type { FunctionPlace } from "../../flame/tooltip";
import {
  fetchFlameGraph,
  fetchFunctions,
  fetchSeries,
  type FunctionsResponse,
  type Selection,
  selection,
} from "../../lib/api";
import { int64 } from "../../lib/format";
import { range } from "../../lib/range";
import { urlState } from "../../lib/router";
import { serviceSelector } from "../../lib/selector";
import { type Query, useQuery } from "../../lib/use-query";
import { type ChartData, chartBuckets, chartStep, toChart } from "./series";

export const MORE_NODES = 65_536;
/** Rows of the function table; beyond that the search is the better tool. */
const TABLE_LIMIT = 20_000;

export interface FunctionCostRow {
  name: string;
  file: string;
  startLine: number;
  self: number;
  total: number;
}

/** Selection of the whole page, or undefined while service or type are not known. */
export function useSelection(type: string | undefined): Selection | undefined {
  const { service, sel } = urlState.value;
  const r = range.value;
  return service && type ? selection(type, serviceSelector(service, sel), r) : undefined;
}

export function useFlame(sel: Selection | undefined, maxNodes: number): Query<FlameModel> {
  const key = sel ? `flame ${maxNodes} ${JSON.stringify(sel)}` : null;
  return useQuery(key, async (signal) => {
    if (!sel) throw new Error("no selection");
    return buildModel(await fetchFlameGraph(sel, maxNodes, signal));
  });
}

export function useFunctions(sel: Selection | undefined): Query<FunctionsResponse> {
  const key = sel ? `functions ${JSON.stringify(sel)}` : null;
  return useQuery(key, (signal) => {
    if (!sel) throw new Error("no selection");
    return fetchFunctions(sel, TABLE_LIMIT, signal);
  });
}

/** Rows of the exact table; from the graph only while or where the server has no better answer. */
export function functionRows(
  exact: FunctionsResponse | undefined,
  model: FlameModel | undefined,
): FunctionCostRow[] {
  if (exact?.functions) {
    return exact.functions.map((row) => ({
      name: row.name ?? "?",
      file: row.file ?? "",
      startLine: row.startLine ?? 0,
      self: int64(row.self),
      total: int64(row.total),
    }));
  }
  if (!model) return [];
  return functionCosts(model).map((cost) => ({ ...cost, file: "", startLine: 0 }));
}

export function placesOf(rows: FunctionCostRow[]): Map<string, FunctionPlace> {
  return new Map(rows.map((row) => [row.name, { file: row.file, line: row.startLine }]));
}

export function useChart(type: string | undefined): Query<ChartData> {
  const { service, sel } = urlState.value;
  const r = range.value;
  const key = service && type ? `chart ${type} ${service} ${JSON.stringify(sel)} ${r.start} ${r.end}` : null;
  return useQuery(key, async (signal) => {
    const step = chartStep(r);
    const buckets = chartBuckets(r, step);
    const series = await fetchSeries(
      type ?? "",
      serviceSelector(service ?? "", sel),
      buckets,
      step,
      [],
      signal,
    );
    return toChart(series, type ?? "", buckets, step, Date.now());
  });
}
