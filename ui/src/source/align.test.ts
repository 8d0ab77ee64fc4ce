import { expect, it } from "vitest";
import { alignLines, changeStarts, foldRows } from "./align";

const lines = (text: string) => (text === "" ? [] : text.split(""));
const align = (left: string, right: string) =>
  alignLines(lines(left), lines(right)).map(({ left: l, right: r, kind }) => `${l}:${r} ${kind}`);

it("equal texts", () => {
  expect(align("ab", "ab")).toEqual(["1:1 same", "2:2 same"]);
  expect(align("", "")).toEqual([]);
});

it("added, removed and replaced lines", () => {
  expect(align("ab", "axb")).toEqual(["1:1 same", "0:2 added", "2:3 same"]);
  expect(align("axb", "ab")).toEqual(["1:1 same", "2:0 removed", "3:2 same"]);
  expect(align("axb", "ayb")).toEqual(["1:1 same", "2:2 changed", "3:3 same"]);
  expect(align("axxb", "ayb")).toEqual(["1:1 same", "2:2 changed", "3:0 removed", "4:3 same"]);
  expect(align("", "a")).toEqual(["0:1 added"]);
});

it("every line appears once, in order, and same lines are equal", () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  for (let round = 0; round < 300; round++) {
    const make = () => Array.from({ length: random(14) }, () => "abcd"[random(4)]);
    const [a, b] = [make(), make()];
    const rows = alignLines(a, b);
    expect(rows.filter((r) => r.left).map((r) => r.left)).toEqual(a.map((_, i) => i + 1));
    expect(rows.filter((r) => r.right).map((r) => r.right)).toEqual(b.map((_, i) => i + 1));
    const same = rows.filter((r) => r.kind === "same");
    for (const row of same) expect(a[row.left - 1]).toBe(b[row.right - 1]);
    expect(same.length).toBe(longestCommon(a, b));
  }
});

/** The plain quadratic table, to check the fast way against. */
function longestCommon(a: string[], b: string[]): number {
  let before = new Array<number>(b.length + 1).fill(0);
  for (const line of a) {
    const row = [0];
    for (const [j, other] of b.entries())
      row.push(line === other ? before[j] + 1 : Math.max(row[j], before[j + 1]));
    before = row;
  }
  return before[b.length];
}

it("large and unlike texts end in one replaced block, in bounded time", () => {
  const a = Array.from({ length: 6000 }, (_, i) => `a${i}`);
  const b = Array.from({ length: 6000 }, (_, i) => `b${i}`);
  const rows = alignLines(["same", ...a], ["same", ...b]);
  expect(rows).toHaveLength(6001);
  expect(rows[0].kind).toBe("same");
  expect(rows[6000].kind).toBe("changed");
});

it("folds what is neither changed nor of interest", () => {
  const rows = alignLines(lines("abcdefghijkl"), lines("abcdeXghijkl"));
  expect(foldRows(rows, () => false, 1)).toEqual([
    { fold: true, from: 0, to: 4 },
    { fold: false, from: 4, to: 7 },
    { fold: true, from: 7, to: 12 },
  ]);
  expect(foldRows(rows, (row) => row.left === 12, 1)).toEqual([
    { fold: true, from: 0, to: 4 },
    { fold: false, from: 4, to: 7 },
    { fold: true, from: 7, to: 10 },
    { fold: false, from: 10, to: 12 },
  ]);
  // One hidden line is no smaller than the fold that would hide it.
  expect(foldRows(rows, () => true, 0)).toEqual([{ fold: false, from: 0, to: 12 }]);
  expect(changeStarts(rows)).toEqual([5]);
});
