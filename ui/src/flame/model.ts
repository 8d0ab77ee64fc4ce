// A flame graph in typed arrays. Nodes are numbered level by level and from left to right, as the server
// sends them, so one level is one slice and the visible part of it is found by binary search.
import type { FlameGraphMessage } from "../lib/api";
import { int64 } from "../lib/format";

export interface FlameModel {
  names: string[];
  /** Per node. */
  start: Float64Array;
  total: Float64Array;
  self: Float64Array;
  name: Int32Array;
  parent: Int32Array;
  depth: Int32Array;
  /** First node of each level; one more entry than there are levels. */
  levels: Int32Array;
  /** Value of the root. */
  sum: number;
}

export const ROOT = 0;

export function nodeCount(model: FlameModel): number {
  return model.start.length;
}

export function depthCount(model: FlameModel): number {
  return model.levels.length - 1;
}

export function nodeName(model: FlameModel, node: number): string {
  return model.names[model.name[node]] ?? "?";
}

/** Decodes the levels: four numbers a bar (gap to the bar before, total, self, name index). */
export function buildModel(message: FlameGraphMessage): FlameModel {
  const rows = (message.levels ?? []).map((level) => level.values ?? []);
  while (rows.length > 0 && rows[rows.length - 1].length === 0) rows.pop();
  const count = rows.reduce((sum, row) => sum + Math.floor(row.length / 4), 0);
  const model: FlameModel = {
    names: (message.names ?? []).map((name) => (name === "" ? "?" : name)),
    start: new Float64Array(count),
    total: new Float64Array(count),
    self: new Float64Array(count),
    name: new Int32Array(count),
    parent: new Int32Array(count).fill(-1),
    depth: new Int32Array(count),
    levels: new Int32Array(rows.length + 1),
    sum: 0,
  };
  let node = 0;
  rows.forEach((row, depth) => {
    model.levels[depth] = node;
    let right = 0;
    for (let i = 0; i + 3 < row.length; i += 4) {
      const start = right + int64(row[i]);
      const total = int64(row[i + 1]);
      right = start + total;
      model.start[node] = start;
      model.total[node] = total;
      model.self[node] = int64(row[i + 2]);
      model.name[node] = int64(row[i + 3]);
      model.depth[node] = depth;
      node += 1;
    }
  });
  model.levels[rows.length] = node;
  linkParents(model);
  model.sum = count > 0 ? model.total[ROOT] : 0;
  return model;
}

// Both levels are sorted by start, so one sweep over each pair finds all parents.
function linkParents(model: FlameModel): void {
  for (let depth = 1; depth < depthCount(model); depth++) {
    let above = model.levels[depth - 1];
    const lastAbove = model.levels[depth] - 1;
    for (let node = model.levels[depth]; node < model.levels[depth + 1]; node++) {
      const x = model.start[node];
      while (above < lastAbove && model.start[above] + model.total[above] <= x) above += 1;
      model.parent[node] = above;
    }
  }
}

export function children(model: FlameModel, node: number): number[] {
  const depth = model.depth[node] + 1;
  if (depth >= depthCount(model)) return [];
  const end = model.start[node] + model.total[node];
  const found: number[] = [];
  for (let i = firstEndingAfter(model, depth, model.start[node]); i < model.levels[depth + 1]; i++) {
    if (model.start[i] >= end) break;
    if (model.parent[i] === node) found.push(i);
  }
  return found;
}

/** First node of a level whose right edge lies after x. */
export function firstEndingAfter(model: FlameModel, depth: number, x: number): number {
  let low = model.levels[depth];
  let high = model.levels[depth + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (model.start[middle] + model.total[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bar of a level that covers x, or -1. */
export function nodeAt(model: FlameModel, depth: number, x: number): number {
  if (depth < 0 || depth >= depthCount(model)) return -1;
  const node = firstEndingAfter(model, depth, x);
  return node < model.levels[depth + 1] && model.start[node] <= x ? node : -1;
}

/** Nodes from below the root down to this one. */
export function pathOf(model: FlameModel, node: number): number[] {
  const path: number[] = [];
  for (let n = node; n > ROOT; n = model.parent[n]) path.push(n);
  return path.reverse();
}

export function namesOf(model: FlameModel, node: number): string[] {
  return pathOf(model, node).map((n) => nodeName(model, n));
}

export interface FunctionCost {
  name: string;
  self: number;
  total: number;
}

/** Self and total per function; a stack counts once in the total, at the outermost frame. */
export function functionCosts(model: FlameModel): FunctionCost[] {
  const self = new Float64Array(model.names.length);
  const total = new Float64Array(model.names.length);
  const open = new Uint32Array(model.names.length);
  walk(model, {
    enter(node) {
      const name = model.name[node];
      self[name] += model.self[node];
      if (open[name] === 0) total[name] += model.total[node];
      open[name] += 1;
    },
    leave(node) {
      open[model.name[node]] -= 1;
    },
  });
  const costs: FunctionCost[] = [];
  model.names.forEach((name, i) => {
    if (total[i] > 0) costs.push({ name, self: self[i], total: total[i] });
  });
  return costs;
}

/** Depth first below the root, without recursion: stacks can be thousands of frames deep. */
export function walk(
  model: FlameModel,
  visit: { enter(node: number): void; leave(node: number): void },
): void {
  const depths = depthCount(model);
  const next = model.levels.slice(0, depths);
  const stack: number[] = [];
  for (let top = 1 < depths ? next[1] : -1; top >= 0 && top < (model.levels[2] ?? 0); top++) {
    visit.enter(top);
    stack.push(top);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      const depth = model.depth[node] + 1;
      if (depth < depths && next[depth] < model.levels[depth + 1] && model.parent[next[depth]] === node) {
        const child = next[depth]++;
        visit.enter(child);
        stack.push(child);
      } else {
        visit.leave(node);
        stack.pop();
      }
    }
  }
}
