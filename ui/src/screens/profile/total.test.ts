import { expect, it } from "vitest";
import { buildModel } from "../../flame/model";
import { queryTotal } from "./total";

it("percentages refer to the total of all samples, with or without a stack", () => {
  const model = buildModel({ names: ["total", "main"], levels: [{ values: [0, 90, 0, 0] }], total: "90" });
  expect(queryTotal({ queryTotal: "100" }, model)).toBe(100);
  expect(queryTotal(undefined, model)).toBe(90);
});
