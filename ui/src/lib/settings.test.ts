import { expect, it } from "vitest";
import { DEFAULT_SETTINGS, readSettings, writeSettings } from "./settings";

it("reads what is there, defaults for the rest", () => {
  expect(readSettings(undefined)).toEqual(DEFAULT_SETTINGS);
  expect(readSettings('{"maxNodes":4,"enableFunctionDetails":false}')).toEqual({
    collapsedFlamegraphs: false,
    maxNodes: 4,
    enableFunctionDetails: false,
    hottestOnOverview: true,
  });
});

it("believes no odd value", () => {
  for (const text of ["", "[]", "null", "7", "{", '{"maxNodes":"4"}', '{"maxNodes":0}', '{"maxNodes":1.5}'])
    expect(readSettings(text)).toEqual(DEFAULT_SETTINGS);
  expect(readSettings('{"enableFunctionDetails":"no"}').enableFunctionDetails).toBe(true);
});

it("keeps keys of other programs on save", () => {
  const text = writeSettings('{"theirs":{"a":[1]},"maxNodes":9}', { ...DEFAULT_SETTINGS, maxNodes: 4 });
  expect(JSON.parse(text)).toEqual({
    theirs: { a: [1] },
    collapsedFlamegraphs: false,
    maxNodes: 4,
    enableFunctionDetails: true,
    hottestOnOverview: true,
  });
});
