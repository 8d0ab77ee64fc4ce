// The numbers of the services table: value, trend and change of each service for one profile type.
import { fetchSeries, type Series } from "../../lib/api";
import { LABELS } from "../../lib/catalog";
import { previousRange, range } from "../../lib/range";
import type { Range } from "../../lib/time";
import { type Query, useQuery } from "../../lib/use-query";

const TREND_POINTS = 60;

export interface ServiceNumbers {
  value: number;
  previous: number | undefined;
  trend: number[];
}

function byService(series: Series[]): Map<string, Series> {
  return new Map(series.map((s) => [s.labels?.find((l) => l.name === LABELS.service)?.value ?? "", s]));
}

function sum(series: Series | undefined): number {
  return (series?.points ?? []).reduce((total, point) => total + (point.value ?? 0), 0);
}

/** Points of a series in equal buckets that end at range.end; what the server leaves out is 0. */
export function toBuckets(series: Series | undefined, end: number, step: number, count: number): number[] {
  const values = new Array<number>(count).fill(0);
  for (const point of series?.points ?? []) {
    const at = count - 1 - Math.round((end - Number(point.timestamp ?? 0)) / step);
    if (at >= 0 && at < count) values[at] += point.value ?? 0;
  }
  return values;
}

/** One bucket as long as the range: the exact sum, ends included. */
function fetchSums(type: string, r: Range, signal: AbortSignal): Promise<Series[]> {
  return fetchSeries(type, "{}", r, r.end - r.start, [LABELS.service], signal);
}

export function useServiceNumbers(type: string | undefined): Query<Map<string, ServiceNumbers>> {
  const r = range.value;
  return useQuery(type ? `services ${type} ${r.start} ${r.end}` : null, async (signal) => {
    if (!type) return new Map();
    const step = Math.max(1000, Math.ceil((r.end - r.start) / TREND_POINTS));
    const trendRange = { start: r.end - step * TREND_POINTS, end: r.end };
    const [now, before, trend] = await Promise.all([
      fetchSums(type, r, signal),
      fetchSums(type, previousRange(r), signal),
      fetchSeries(type, "{}", trendRange, step, [LABELS.service], signal),
    ]);
    const previous = byService(before);
    const trends = byService(trend);
    const numbers = new Map<string, ServiceNumbers>();
    for (const [name, series] of byService(now)) {
      const earlier = previous.get(name);
      numbers.set(name, {
        value: sum(series),
        previous: earlier && sum(earlier),
        trend: toBuckets(trends.get(name), r.end, step, TREND_POINTS),
      });
    }
    return numbers;
  });
}
