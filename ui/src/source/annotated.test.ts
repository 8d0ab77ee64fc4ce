import { expect, it } from "vitest";
import { annotatedMarkdown } from "./annotated";

const line = (n: number, self: number, total: number) => ({ n, self, total, callees: [], other: false });
const INPUT = {
  name: "shop.Total",
  place: "pricer.go:2",
  url: undefined,
  unit: "ns",
  queryTotal: 100e9,
  total: 30e9,
  lines: [line(2, 0, 8e9), line(9, 18e9, 18e9)],
  text: Array.from({ length: 10 }, (_, i) => `code ${i + 1}`).join("\n"),
};

it("costly lines with two around, gaps marked", () => {
  expect(annotatedMarkdown(INPUT).split("\n")).toEqual([
    "`shop.Total` · pricer.go:2 · 30 s, 30% of 1.67 mins",
    "",
    "```",
    "      self      total   line",
    "                           1  code 1",
    "                  8 s      2  code 2",
    "                           3  code 3",
    "                           4  code 4",
    "…",
    "                           7  code 7",
    "                           8  code 8",
    "      18 s       18 s      9  code 9",
    "                          10  code 10",
    "```",
    "",
  ]);
});

it("numbers alone without a text; a fence that the code cannot close", () => {
  const bare = annotatedMarkdown({ ...INPUT, text: undefined, url: "https://h/f#L2" });
  expect(bare).toContain("[pricer.go:2](https://h/f#L2)");
  expect(bare).toContain("      18 s       18 s      9\n");
  expect(annotatedMarkdown({ ...INPUT, text: "````\n".repeat(9) })).toContain("\n`````\n");
});
