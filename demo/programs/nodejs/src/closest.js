// SPDX-License-Identifier: Apache-2.0
// What somebody may have meant who mistyped an address.

/** The candidate with the fewest edits. */
export function closest(text, candidates) {
  let best = { edits: Infinity, candidate: "" };
  for (const candidate of candidates) {
    const edits = distance(text, candidate);
    if (edits < best.edits) {
      best = { edits, candidate };
    }
  }
  return best.candidate;
}

/** How many letters have to be added, dropped or changed, by Levenshtein's table, row by row. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j - 1] + change, row[j] + 1, next[j - 1] + 1);
    }
    row = next;
  }
  return row[b.length];
}
