// All stacks through one function: its callers merged above, its callees merged below.
import type { FlameGraphMessage } from "../lib/api";
import { buildModel, type FlameModel, walk } from "./model";

interface Tree {
  name: number;
  total: number;
  children: Map<number, Tree>;
}

function add(parent: Tree, name: number, value: number): Tree {
  let child = parent.children.get(name);
  if (!child) {
    child = { name, total: 0, children: new Map() };
    parent.children.set(name, child);
  }
  child.total += value;
  return child;
}

/** Level-ordered message of a tree, largest children first. */
function emit(root: Tree, names: string[]): FlameGraphMessage {
  const levels: { values: number[] }[] = [];
  let row: { tree: Tree; start: number }[] = [{ tree: root, start: 0 }];
  while (row.length > 0) {
    const values: number[] = [];
    const next: { tree: Tree; start: number }[] = [];
    let right = 0;
    for (const { tree, start } of row) {
      const sorted = [...tree.children.values()].sort((a, b) => b.total - a.total);
      const below = sorted.reduce((sum, child) => sum + child.total, 0);
      values.push(start - right, tree.total, Math.max(0, tree.total - below), tree.name);
      right = start + tree.total;
      let x = start;
      for (const child of sorted) {
        next.push({ tree: child, start: x });
        x += child.total;
      }
    }
    levels.push({ values });
    row = next;
  }
  return { names, levels };
}

export interface Sandwich {
  /** Root is the function; deeper levels are further callers. */
  callers: FlameModel;
  callees: FlameModel;
  total: number;
}

/** Recursion counts once: callers above the outermost frame, callees below the innermost. */
export function buildSandwich(model: FlameModel, fn: string): Sandwich | undefined {
  const wanted = model.names.indexOf(fn);
  if (wanted < 0) return undefined;
  const up: Tree = { name: wanted, total: 0, children: new Map() };
  const down: Tree = { name: wanted, total: 0, children: new Map() };
  const stack: number[] = [];
  walk(model, {
    enter(node) {
      stack.push(model.name[node]);
      const value = model.self[node];
      if (value === 0) return;
      const outer = stack.indexOf(wanted);
      if (outer < 0) return;
      up.total += value;
      down.total += value;
      let tree = up;
      for (let i = outer - 1; i >= 0; i--) tree = add(tree, stack[i], value);
      tree = down;
      for (let i = stack.lastIndexOf(wanted) + 1; i < stack.length; i++) tree = add(tree, stack[i], value);
    },
    leave() {
      stack.pop();
    },
  });
  if (up.total === 0) return undefined;
  return {
    callers: buildModel(emit(up, model.names)),
    callees: buildModel(emit(down, model.names)),
    total: up.total,
  };
}
