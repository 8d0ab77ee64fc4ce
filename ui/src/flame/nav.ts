// Moves of the keyboard cursor from bar to bar.
import { children, type FlameModel, ROOT, depthCount } from "./model";

export type Move = "up" | "down" | "left" | "right" | "home" | "end";

function widest(model: FlameModel, nodes: number[]): number | undefined {
  let best: number | undefined;
  for (const node of nodes) if (best === undefined || model.total[node] > model.total[best]) best = node;
  return best;
}

/** The next node, or the same one when there is nowhere to go. `visible` passes over hair-thin bars. */
export function move(
  model: FlameModel,
  from: number,
  direction: Move,
  visible: (node: number) => boolean,
): number {
  switch (direction) {
    case "up":
      return from === ROOT ? ROOT : model.parent[from];
    case "down":
      return widest(model, children(model, from)) ?? from;
    case "left":
    case "right": {
      const step = direction === "left" ? -1 : 1;
      const first = model.levels[model.depth[from]];
      const end = model.levels[model.depth[from] + 1];
      for (let node = from + step; node >= first && node < end; node += step) if (visible(node)) return node;
      return from;
    }
    case "home":
      return ROOT;
    case "end": {
      let node = from;
      for (let depth = model.depth[from]; depth < depthCount(model); depth++) {
        const next = widest(model, children(model, node));
        if (next === undefined) break;
        node = next;
      }
      return node;
    }
  }
}

/** Position among the siblings, for assistive technology. */
export function siblingPosition(model: FlameModel, node: number): { index: number; count: number } {
  if (node === ROOT) return { index: 1, count: 1 };
  const siblings = children(model, model.parent[node]);
  return { index: siblings.indexOf(node) + 1, count: siblings.length };
}
