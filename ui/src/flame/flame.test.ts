import { expect, it } from "vitest";
import { decodeFocus, encodeFocus } from "./focus";
import { clampInterval, fitLabel, hit, layout, ROW_HEIGHT } from "./layout";
import {
  buildModel,
  children,
  depthCount,
  functionCosts,
  namesOf,
  nodeAt,
  nodeCount,
  nodeName,
} from "./model";
import { move, siblingPosition } from "./nav";
import { buildSandwich } from "./sandwich";
import { searchNames, searchNodes } from "./search";

// The worked example of the query specification.
const EXAMPLE = buildModel({
  names: ["total", "main", "c", "b", "a", "y", "x", "gc"],
  levels: [
    { values: ["0", "50", "0", "0"] },
    { values: ["0", "8", "8", "7", "0", "42", "5", "1"] },
    { values: ["13", "31", "10", "4", "0", "4", "4", "3", "0", "2", "2", "2"] },
    { values: ["23", "20", "20", "6", "0", "1", "1", "5"] },
  ],
});
const byName = (name: string) =>
  [...Array(nodeCount(EXAMPLE)).keys()].find((n) => nodeName(EXAMPLE, n) === name)!;

// f calls itself: f;f;g 10, f;h 5.
const RECURSIVE = buildModel({
  names: ["total", "f", "g", "h"],
  levels: [
    { values: [0, 15, 0, 0] },
    { values: [0, 15, 0, 1] },
    { values: [0, 10, 0, 1, 0, 5, 5, 3] },
    { values: [0, 10, 10, 2] },
  ],
});

it("decodes starts, parents and paths", () => {
  expect(nodeCount(EXAMPLE)).toBe(8);
  expect(depthCount(EXAMPLE)).toBe(4);
  expect(EXAMPLE.start[byName("a")]).toBe(13);
  expect(namesOf(EXAMPLE, byName("x"))).toEqual(["main", "a", "x"]);
  expect(children(EXAMPLE, byName("main")).map((n) => nodeName(EXAMPLE, n))).toEqual(["a", "b", "c"]);
  expect(nodeAt(EXAMPLE, 1, 7.9)).toBe(byName("gc"));
  expect(nodeAt(EXAMPLE, 2, 9)).toBe(-1);
});

it("an empty answer is an empty graph", () => {
  const empty = buildModel({ names: ["total"], levels: [{ values: ["0", "0", "0", "0"] }] });
  expect(empty.sum).toBe(0);
  expect(functionCosts(empty)).toEqual([]);
  expect(functionCosts(buildModel({}))).toEqual([]);
});

it("counts recursion once in the total", () => {
  expect(functionCosts(RECURSIVE)).toEqual([
    { name: "f", self: 0, total: 15 },
    { name: "g", self: 10, total: 10 },
    { name: "h", self: 5, total: 5 },
  ]);
});

it("the focus of a link names the same node again", () => {
  for (const name of ["x", "main", "gc"]) {
    expect(decodeFocus(EXAMPLE, encodeFocus(EXAMPLE, byName(name)))).toBe(byName(name));
  }
  expect(encodeFocus(EXAMPLE, 0)).toBeUndefined();
  expect(decodeFocus(EXAMPLE, "main;nothing")).toBe(0);
});

it("long and awkward paths are hashed or escaped", () => {
  const long = "n".repeat(1600);
  const model = buildModel({
    names: ["total", "a;b%3B", long],
    levels: [{ values: [0, 9, 0, 0] }, { values: [0, 9, 0, 1] }, { values: [0, 9, 9, 2] }],
  });
  expect(encodeFocus(model, 1)).toBe("a%3Bb%253B");
  expect(decodeFocus(model, "a%3Bb%253B")).toBe(1);
  const focus = encodeFocus(model, 2);
  expect(focus).toMatch(/^h:[0-9a-f]{16}$/);
  expect(decodeFocus(model, focus)).toBe(2);
});

it("lays out only rows in view and merges narrow bars", () => {
  const view = { x0: 0, x1: 50, width: 50, height: 4 * ROW_HEIGHT, top: 0 };
  const bars = layout(EXAMPLE, view, () => false);
  expect(bars.filter((bar) => bar.y === 0)).toHaveLength(1);
  const leaf = bars.find((bar) => bar.node === byName("y"))!;
  expect(leaf.width).toBeCloseTo(1);
  expect(hit(bars, 14, 2 * ROW_HEIGHT + 3)?.node).toBe(byName("a"));
  const scrolled = layout(EXAMPLE, { ...view, top: 3 * ROW_HEIGHT, height: 5 }, () => false);
  expect(scrolled.every((bar) => EXAMPLE.depth[bar.node] === 3)).toBe(true);
});

it("a run with a match is at least two pixels wide", () => {
  const tiny = buildModel({
    names: ["total", "a", "b"],
    levels: [{ values: [0, 100_000, 0, 0] }, { values: [0, 99_990, 99_990, 1, 0, 10, 10, 2] }],
  });
  const view = { x0: 0, x1: 100_000, width: 500, height: 50, top: 0 };
  const mark = layout(tiny, view, (node) => node === 2).find((bar) => bar.node === 2)!;
  expect(mark.match).toBe(true);
  expect(mark.width).toBe(2);
});

it("labels are cut by character width", () => {
  expect(fitLabel("main.run", "5 s", 500, 7)).toBe("main.run (5 s)");
  expect(fitLabel("main.run", "5 s", 66, 7)).toBe("main.run");
  expect(fitLabel("main.run", "5 s", 43, 7)).toBe("run");
  expect(fitLabel("shop/cart.(*Pricer).Total", "5 s", 64, 7)).toBe("(*Price…");
  expect(fitLabel("shop/cart.(*Pricer).Total", "5 s", 64, 7, "right")).toBe("…).Total");
  expect(fitLabel("main.run", "5 s", 20, 7)).toBe("");
  expect(clampInterval(-5, 5, 100)).toEqual([0, 10]);
  expect(clampInterval(95, 120, 100)).toEqual([75, 100]);
});

it("search: regex, literal when invalid, fuzzy as a last resort", () => {
  const names = ["encoding/json.Unmarshal", "shop/cart.(*Pricer).Total", "main.run"];
  expect(searchNames("", names)).toBeUndefined();
  expect([...searchNames("json,run$", names)!.names]).toEqual([0, 2]);
  const literal = searchNames("json,(", names)!;
  expect(literal.invalid).toBe(true);
  expect([...literal.names]).toEqual([0, 1]);
  expect([...searchNames("prictot", names)!.names]).toEqual([1]);
  expect([...searchNames(names[1], names)!.names]).toEqual([1]);
  expect(searchNames("zzz", names)!.names.size).toBe(0);
});

it("search percentage counts each stack once", () => {
  const { nodes, covered } = searchNodes(RECURSIVE, new Set([1, 2]));
  expect(nodes).toHaveLength(3);
  expect(covered).toBe(15);
});

it("moves the cursor", () => {
  const all = () => true;
  expect(move(EXAMPLE, 0, "down", all)).toBe(byName("main"));
  expect(move(EXAMPLE, byName("a"), "right", all)).toBe(byName("b"));
  expect(move(EXAMPLE, byName("a"), "left", all)).toBe(byName("a"));
  expect(move(EXAMPLE, byName("a"), "right", (n) => n !== byName("b"))).toBe(byName("c"));
  expect(move(EXAMPLE, 0, "end", all)).toBe(byName("x"));
  expect(move(EXAMPLE, byName("x"), "up", all)).toBe(byName("a"));
  expect(siblingPosition(EXAMPLE, byName("b"))).toEqual({ index: 2, count: 3 });
});

it("sandwich merges callers and callees, recursion once", () => {
  const sandwich = buildSandwich(RECURSIVE, "f")!;
  expect(sandwich.total).toBe(15);
  expect(depthCount(sandwich.callers)).toBe(1);
  expect(functionCosts(sandwich.callees)).toEqual([
    { name: "g", self: 10, total: 10 },
    { name: "h", self: 5, total: 5 },
  ]);
  const a = buildSandwich(EXAMPLE, "a")!;
  expect(namesOf(a.callers, nodeCount(a.callers) - 1)).toEqual(["main"]);
  expect(buildSandwich(EXAMPLE, "nope")).toBeUndefined();
});
