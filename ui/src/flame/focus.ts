// The zoomed call path in the link: names joined by ";", or a hash when that would be too long.
import { joinPath, splitPath } from "../lib/callpath";
import { hash64 } from "../lib/names";
import { children, type FlameModel, namesOf, nodeCount, nodeName, ROOT } from "./model";

const MAX_LENGTH = 1500;

export function encodeFocus(model: FlameModel, node: number): string | undefined {
  if (node <= ROOT) return undefined;
  const path = joinPath(namesOf(model, node));
  return path.length > MAX_LENGTH ? `h:${hash64(path)}` : path;
}

/** The node a link means, or the root when this data has no such path. */
export function decodeFocus(model: FlameModel, focus: string | undefined): number {
  if (!focus || nodeCount(model) === 0) return ROOT;
  return focus.startsWith("h:") ? byHash(model, focus.slice(2)) : byNames(model, focus);
}

function byNames(model: FlameModel, focus: string): number {
  let node = ROOT;
  for (const name of splitPath(focus)) {
    const child = children(model, node).find((candidate) => nodeName(model, candidate) === name);
    if (child === undefined) return ROOT;
    node = child;
  }
  return node;
}

// Only long paths are hashed, so all short ones are passed over without hashing them. Lengths grow from
// parent to child and need no joined text.
function byHash(model: FlameModel, wanted: string): number {
  const length = new Float64Array(nodeCount(model));
  for (let node = ROOT + 1; node < length.length; node++) {
    const own = joinPath([nodeName(model, node)]).length;
    const parent = model.parent[node];
    length[node] = own + (parent > ROOT ? length[parent] + 1 : 0);
    if (length[node] > MAX_LENGTH && hash64(joinPath(namesOf(model, node))) === wanted) return node;
  }
  return ROOT;
}
