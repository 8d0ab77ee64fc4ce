import { expect, it } from "vitest";
import { chartBuckets, chartStep, toChart } from "./series";

const CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const T0 = Date.UTC(2026, 0, 15, 10);
const STEP = 15_000;

it("buckets do not move with the phase of now", () => {
  const early = chartBuckets({ start: T0 + 1000, end: T0 + 61_000 }, STEP);
  const late = chartBuckets({ start: T0 + 14_000, end: T0 + 74_000 }, STEP);
  expect(early).toEqual({ start: T0, end: T0 + 75_000 });
  expect(late).toEqual(early);
  expect(chartBuckets({ start: T0, end: T0 + 60_000 }, STEP)).toEqual({ start: T0, end: T0 + 60_000 });
  expect(chartStep({ start: T0, end: T0 + 3_600_000 })).toBe(STEP);
});

it("leaves out the bucket that is still filling", () => {
  const points = [1, 2, 3].map((n) => ({ timestamp: String(T0 + n * STEP), value: n * 15e9 }));
  const buckets = { start: T0, end: T0 + 3 * STEP };
  const past = toChart([{ points }], CPU, buckets, STEP, T0 + 10 * STEP);
  expect(past.values).toEqual([1, 1, 2, 3]);
  expect(past.times[0]).toBe(T0 / 1000);
  expect(toChart([{ points }], CPU, buckets, STEP, buckets.end - 1).values).toEqual([1, 1, 2]);
  expect(toChart([{ points }], CPU, buckets, STEP, T0 + 1).values).toEqual([1, 1]);
});
