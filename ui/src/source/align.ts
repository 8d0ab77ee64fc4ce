// Two texts side by side: which lines belong together. Equal lines face each other, a replaced block faces
// its replacement, the rest faces nothing. Lines count from 1; 0 is "no line on this side".

export interface AlignedRow {
  left: number;
  right: number;
  kind: "same" | "changed" | "removed" | "added";
}

/** Edits beyond this are shown as one replaced block: nobody reads such a difference line by line. */
const MAX_EDITS = 2000;

/** Numbers instead of texts, equal exactly where the lines are. */
function numbered(a: string[], b: string[]): [Int32Array, Int32Array] {
  const ids = new Map<string, number>();
  const id = (line: string) => {
    const known = ids.get(line);
    if (known !== undefined) return known;
    ids.set(line, ids.size);
    return ids.size - 1;
  };
  return [Int32Array.from(a, id), Int32Array.from(b, id)];
}

/** Pairs of equal lines (0-based) in a longest common subsequence, after Myers (1986); greedy, O(ND). */
function matches(a: Int32Array, b: Int32Array): [number, number][] | undefined {
  const n = a.length;
  const m = b.length;
  const limit = Math.min(n + m, MAX_EDITS);
  const reach = new Int32Array(2 * limit + 3);
  const history: Int32Array[] = [];
  const mid = limit + 1;
  for (let d = 0; d <= limit; d++) {
    // Only the diagonals of this round can be asked for on the way back.
    history.push(reach.slice(mid - d - 1, mid + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reach[mid + k - 1] < reach[mid + k + 1]);
      let x = down ? reach[mid + k + 1] : reach[mid + k - 1] + 1;
      let y = x - k;
      while (x < n && y < m && a[x] === b[y]) {
        x++;
        y++;
      }
      reach[mid + k] = x;
      if (x >= n && y >= m) return walkBack(history, n, m);
    }
  }
  return undefined;
}

function walkBack(history: Int32Array[], n: number, m: number): [number, number][] {
  const pairs: [number, number][] = [];
  let x = n;
  let y = m;
  for (let d = history.length - 1; d >= 0; d--) {
    const before = history[d];
    const at = (k: number) => before[k + d + 1];
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const fromX = d === 0 ? 0 : at(down ? k + 1 : k - 1);
    const fromY = d === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    // The equal lines of this round begin behind its one edit.
    const startX = d === 0 || down ? fromX : fromX + 1;
    while (x > startX) pairs.push([--x, --y]);
    x = fromX;
    y = fromY;
  }
  return pairs.reverse();
}

/** Rows between two pairs of equal lines: replaced lines face each other as far as both sides have some. */
function gap(rows: AlignedRow[], left: number, leftEnd: number, right: number, rightEnd: number): void {
  while (left < leftEnd || right < rightEnd) {
    const hasLeft = left < leftEnd;
    const hasRight = right < rightEnd;
    rows.push({
      left: hasLeft ? left + 1 : 0,
      right: hasRight ? right + 1 : 0,
      kind: hasLeft && hasRight ? "changed" : hasLeft ? "removed" : "added",
    });
    if (hasLeft) left++;
    if (hasRight) right++;
  }
}

export function alignLines(left: string[], right: string[]): AlignedRow[] {
  const [a, b] = numbered(left, right);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const inner = matches(a.subarray(head, a.length - tail), b.subarray(head, b.length - tail)) ?? [];
  const rows: AlignedRow[] = [];
  let x = 0;
  let y = 0;
  const same = (i: number, j: number) => {
    gap(rows, x, i, y, j);
    rows.push({ left: i + 1, right: j + 1, kind: "same" });
    x = i + 1;
    y = j + 1;
  };
  for (let i = 0; i < head; i++) same(i, i);
  for (const [i, j] of inner) same(head + i, head + j);
  for (let i = tail; i > 0; i--) same(a.length - i, b.length - i);
  gap(rows, x, a.length, y, b.length);
  return rows;
}

export type Segment = { fold: boolean; from: number; to: number };

/** Rows of interest stay with `context` rows around them; runs of at least two others are folded. */
export function foldRows(
  rows: AlignedRow[],
  interesting: (row: AlignedRow) => boolean,
  context: number,
): Segment[] {
  const keep = new Uint8Array(rows.length);
  rows.forEach((row, i) => {
    if (row.kind !== "same" || interesting(row))
      keep.fill(1, Math.max(0, i - context), Math.min(rows.length, i + context + 1));
  });
  const segments: Segment[] = [];
  for (let i = 0; i < rows.length; ) {
    let end = i + 1;
    while (end < rows.length && keep[end] === keep[i]) end++;
    const fold = keep[i] === 0 && end - i > 1;
    const last = segments[segments.length - 1];
    if (last && !last.fold && !fold) last.to = end;
    else segments.push({ fold, from: i, to: end });
    i = end;
  }
  return segments;
}

/** Rows where a change begins: the stops of "next change". */
export function changeStarts(rows: AlignedRow[]): number[] {
  return rows.flatMap((row, i) =>
    row.kind !== "same" && (i === 0 || rows[i - 1].kind === "same") ? [i] : [],
  );
}
