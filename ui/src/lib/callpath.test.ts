import { expect, it } from "vitest";
import { joinPath, splitPath, walkPath } from "./callpath";

it("survives separators in names", () => {
  const names = ["main", "a;b", "c%3Bd", "e%25"];
  expect(splitPath(joinPath(names))).toEqual(names);
  expect(joinPath(["main", "a;b"])).toBe("main;a%3Bb");
});

it("goes up to callers and down to callees", () => {
  expect(walkPath(["a", "b", "c"], "b")).toEqual(["a", "b"]);
  expect(walkPath(["a", "b", "c"], "d")).toEqual(["a", "b", "c", "d"]);
  expect(walkPath(["a", "b"], "b")).toEqual(["a", "b", "b"]);
});
