// The chart over time: its buckets and what they hold.
import type { Series } from "../../lib/api";
import { parseType, rateOf } from "../../lib/profile-types";
import type { Range } from "../../lib/time";

const CHART_POINTS = 240;
/** What SDKs push in by default; finer buckets would be empty in turn. */
const MIN_STEP_MS = 15_000;

export interface ChartData {
  /** Seconds, as uPlot wants them. */
  times: number[];
  values: number[];
  unit: string;
  suffix: string;
}

/** Steps that divide a minute or an hour, so that ticks and buckets agree. */
const NICE_STEPS_S = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

export function chartStep(r: Range): number {
  const wanted = Math.max(MIN_STEP_MS, (r.end - r.start) / CHART_POINTS);
  const nice = NICE_STEPS_S.find((s) => s * 1000 >= wanted);
  return nice ? nice * 1000 : Math.ceil(wanted / 86_400_000) * 86_400_000;
}

/** Whole buckets around a range. They lie on multiples of the step, so a reload shows the same ones. */
export function chartBuckets(r: Range, step: number): Range {
  return { start: Math.floor(r.start / step) * step, end: Math.ceil(r.end / step) * step };
}

/** A bucket that has not ended by `now` would look like a drop and is left out, unless it is the only one. */
export function toChart(
  series: Series[],
  type: string,
  buckets: Range,
  step: number,
  now: number,
): ChartData {
  const { factor, unit, suffix } = rateOf(parseType(type), step);
  const all = Math.round((buckets.end - buckets.start) / step);
  const ended = Math.floor((now - buckets.start) / step);
  const count = Math.max(1, Math.min(all, ended));
  const values = new Array<number>(count).fill(0);
  for (const point of series[0]?.points ?? []) {
    const at = Math.round((Number(point.timestamp ?? 0) - buckets.start) / step) - 1;
    if (at >= 0 && at < count) values[at] = (point.value ?? 0) * factor;
  }
  // A value stands at the end of its bucket; the first needs a beginning as well.
  const times = Array.from({ length: count + 1 }, (_, i) => (buckets.start + i * step) / 1000);
  return { times, values: [values[0], ...values], unit, suffix };
}
