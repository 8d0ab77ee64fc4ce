import { expect, it } from "vitest";
import {
  chooseVersion,
  hottestLine,
  largest,
  levelOf,
  NO_LABEL,
  nearestMark,
  overrideInLink,
  readFunction,
  stepLine,
  stripMarks,
  versionInLink,
  withFile,
} from "./costs";

const COSTS = readFunction({
  function: "shop/cart.(*Pricer).Total",
  unit: "ns",
  queryTotal: "100000000000",
  self: "30000000000",
  total: "42000000000",
  versions: [
    {
      repository: "r",
      ref: "aaaa",
      file: "cart/pricer.go",
      startLine: 48,
      self: "22000000000",
      total: "30000000000",
      lines: [
        { n: 52, total: "8000000000", callees: [{ name: "encoding/json.Unmarshal", total: "7000000000" }] },
        { n: 57, self: "18000000000", total: "18000000000" },
        { n: 58, self: "4000000000", total: "4000000000" },
      ],
    },
    {
      repository: "r",
      ref: "bbbb",
      file: "cart/pricer.go",
      startLine: 51,
      total: "12000000000",
      lines: [{ self: "1", total: "1" }],
    },
  ],
});
const LINES = COSTS.versions[0].lines;

it("reads defaults that JSON leaves out", () => {
  expect(LINES[0]).toMatchObject({ n: 52, self: 0, total: 8e9 });
  expect(COSTS.versions[1].noLine?.total).toBe(1);
  expect(COSTS.versions[1].lines).toEqual([]);
  expect(readFunction({}).versions).toEqual([]);
});

it("chooses the version of the link, else the largest", () => {
  expect(chooseVersion(COSTS.versions, {})?.ref).toBe("aaaa");
  expect(chooseVersion(COSTS.versions, { ref: "bbbb" })?.ref).toBe("bbbb");
  expect(chooseVersion(COSTS.versions, { ref: "gone" })?.ref).toBe("aaaa");
  expect(chooseVersion([], {})).toBeUndefined();
});

it("a link that names no version overrides the labels", () => {
  const shop = { repo: "r", ref: "aaaa", root: NO_LABEL };
  expect(versionInLink(COSTS.versions[0])).toEqual(shop);
  expect(overrideInLink(COSTS.versions, shop)).toBeUndefined();
  expect(overrideInLink(COSTS.versions, {})).toBeUndefined();
  expect(overrideInLink(COSTS.versions, { ...shop, ref: "main" })).toEqual({
    repository: "r",
    ref: "main",
    root: "",
  });
});

it("finds the hottest line and the heat of the others", () => {
  expect(hottestLine(LINES)?.n).toBe(57);
  const max = largest(LINES, "self");
  expect(LINES.map((line) => levelOf(line, "self", max))).toEqual([0, 5, 3]);
  expect(LINES.map((line) => levelOf(line, "total", largest(LINES, "total")))).toEqual([4, 5, 3]);
});

it("walks costly lines around the end", () => {
  expect(stepLine(LINES, 57, 1)?.n).toBe(58);
  expect(stepLine(LINES, 58, 1)?.n).toBe(52);
  expect(stepLine(LINES, 52, -1)?.n).toBe(58);
  expect(stepLine([], 1, 1)).toBeUndefined();
});

it("adds other functions of the file without touching own lines", () => {
  const all = withFile(LINES, {
    versions: [
      {
        lines: [
          { n: 57, self: "99", total: "99" },
          { n: 70, self: "5", total: "5" },
        ],
      },
    ],
  });
  expect(all.map((line) => [line.n, line.other])).toEqual([
    [52, false],
    [57, false],
    [58, false],
    [70, true],
  ]);
  expect(hottestLine(all)?.n).toBe(57);
  expect(stepLine(all, 58, 1)?.n).toBe(52);
});

it("strip: two marks by self, three by total, neighbours merge to the hotter", () => {
  expect(stripMarks(LINES, "self", 120, 600).map((m) => m.line)).toEqual([57, 58]);
  expect(stripMarks(LINES, "total", 120, 600)).toHaveLength(3);
  const merged = stripMarks(LINES, "self", 20_000, 600);
  expect(merged).toHaveLength(1);
  expect(merged[0]).toMatchObject({ line: 57, level: 5, height: 2 });
});

it("a click on the strip means the nearest mark", () => {
  const marks = stripMarks(LINES, "self", 121, 363);
  expect(marks.map((m) => m.y)).toEqual([168, 171]);
  expect(nearestMark(marks, 172)?.line).toBe(58);
  expect(nearestMark(marks, 169)?.line).toBe(57);
  expect(nearestMark(marks, 300)).toBeUndefined();
});
