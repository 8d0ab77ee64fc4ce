// Search over the distinct names: comma-separated terms, each a regex first, fuzzy when nothing matches.
import { type FlameModel, walk } from "./model";

function subsequence(term: string, name: string): boolean {
  let at = 0;
  for (const c of name) {
    if (c === term[at]) at += 1;
    if (at === term.length) return true;
  }
  return false;
}

/** Letters of the term in order, ignoring case; only for terms long enough to mean something. */
function fuzzy(term: string, names: string[]): number[] {
  const wanted = term.toLowerCase();
  if (wanted.length < 3) return [];
  return names.flatMap((name, i) => (subsequence(wanted, name.toLowerCase()) ? [i] : []));
}

function matchTerm(term: string, names: string[]): { found: number[]; invalid: boolean } {
  let test: (name: string) => boolean;
  let invalid = false;
  try {
    const pattern = new RegExp(term, "i");
    test = (name) => pattern.test(name);
  } catch {
    invalid = true;
    test = (name) => name.includes(term);
  }
  const found = names.flatMap((name, i) => (test(name) ? [i] : []));
  return { found: found.length > 0 ? found : fuzzy(term, names), invalid };
}

export interface SearchResult {
  names: Set<number>;
  invalid: boolean;
}

/** Undefined for an empty search. A name that is given exactly, as a click on it does, matches alone. */
export function searchNames(text: string, names: string[]): SearchResult | undefined {
  if (text.trim() === "") return undefined;
  const exact = names.indexOf(text);
  if (exact >= 0) return { names: new Set([exact]), invalid: false };
  const result: SearchResult = { names: new Set(), invalid: false };
  for (const part of text.split(",")) {
    const term = part.trim();
    if (term === "") continue;
    const { found, invalid } = matchTerm(term, names);
    for (const i of found) result.names.add(i);
    result.invalid ||= invalid;
  }
  return result;
}

export interface SearchHits {
  /** Matching nodes, the largest first. */
  nodes: number[];
  /** Sum over stacks with a match, each stack once. */
  covered: number;
}

export function searchNodes(model: FlameModel, matched: Set<number>): SearchHits {
  const nodes: number[] = [];
  let open = 0;
  let covered = 0;
  walk(model, {
    enter(node) {
      if (!matched.has(model.name[node])) return;
      nodes.push(node);
      if (open === 0) covered += model.total[node];
      open += 1;
    },
    leave(node) {
      if (matched.has(model.name[node])) open -= 1;
    },
  });
  nodes.sort((a, b) => model.total[b] - model.total[a] || a - b);
  return { nodes, covered };
}
