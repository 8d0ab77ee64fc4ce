import { expect, it } from "vitest";
import { changeInPoints, fewSamples } from "./samples";

it("changes are points of each side's own total", () => {
  expect(changeInPoints(18, 60, 6, 40)).toBe("\u221215");
  expect(changeInPoints(6, 40, 18, 60)).toBe("+15");
  expect(changeInPoints(0, 60, 1, 40)).toBe("+2.5");
  expect(changeInPoints(3, 60, 2, 40)).toBe("0");
  expect(changeInPoints(0, 60, 0, 40)).toBe("");
  expect(changeInPoints(1, 0, 1, 40)).toBe("");
  expect(changeInPoints(0, 60, 1, 4_000_000)).toBe("<+0.01");
});

it("few samples: against the other side, or as a count", () => {
  const ns = (queryTotal: number) => ({ queryTotal, unit: "ns" });
  expect(fewSamples(ns(1), ns(1000))).toBe(true);
  expect(fewSamples(ns(10), ns(1000))).toBe(false);
  expect(fewSamples(ns(1000), ns(1))).toBe(false);
  expect(fewSamples({ queryTotal: 99, unit: "short" }, { queryTotal: 99, unit: "short" })).toBe(true);
});
