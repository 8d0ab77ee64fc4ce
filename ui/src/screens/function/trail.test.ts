import { expect, it } from "vitest";
import { extendTrail } from "./trail";

it("grows by steps, is cut on the way back, starts over otherwise", () => {
  expect(extendTrail([], "a", false)).toEqual(["a"]);
  expect(extendTrail(["a"], "b", true)).toEqual(["a", "b"]);
  expect(extendTrail(["a", "b", "c"], "b", false)).toEqual(["a", "b"]);
  expect(extendTrail(["a", "b"], "z", false)).toEqual(["z"]);
});
