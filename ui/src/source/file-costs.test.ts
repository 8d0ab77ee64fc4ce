import { expect, it } from "vitest";
import { readFile, tintOnly } from "./file-costs";

const FILE = {
  file: "a.go",
  unit: "ns",
  queryTotal: "100",
  versions: [
    {
      ref: "x",
      self: "30",
      total: "40",
      functions: [
        { name: "f", startLine: 1, self: "10", total: "40" },
        { name: "g", startLine: 9, self: "20", total: "20" },
      ],
      lines: [
        { self: "1", total: "1" },
        { n: 2, self: "9", total: "39", functions: [0] },
        { n: 10, self: "20", total: "20", functions: [0, 1] },
      ],
    },
    { ref: "y", total: "5" },
  ],
};

it("reads all versions; lines without number are apart", () => {
  const { total, versions } = readFile(FILE, undefined);
  expect(total).toBe(45);
  expect(versions.map((v) => [v.file, v.ref, v.total])).toEqual([
    ["a.go", "x", 40],
    ["a.go", "y", 5],
  ]);
  expect(versions[0].lines.map((line) => line.n)).toEqual([2, 10]);
  expect(versions[0].noLine?.self).toBe(1);
});

it("asks for the source by the function of the link, else by the hottest", () => {
  expect(readFile(FILE, "f").versions[0].startLine).toBe(1);
  expect(readFile(FILE, "h").versions[0].startLine).toBe(9);
  expect(readFile(FILE, "f").versions[1].startLine).toBe(0);
});

it("tints the chosen functions only", () => {
  const [version] = readFile(FILE, undefined).versions;
  const own = (...names: string[]) =>
    tintOnly(version, new Set(names)).flatMap((line) => (line.other ? [] : [line.n]));
  expect(own()).toEqual([2, 10]);
  expect(own("g")).toEqual([10]);
  expect(own("f", "g")).toEqual([2, 10]);
});
