// The costly lines of a function as Markdown, for an issue or a chat: costs at the left, code at the right.
import { formatPercent, formatValue } from "../lib/format";
import type { LineCost } from "./costs";
import { splitLines } from "./lines";

const CONTEXT = 2;

export interface AnnotatedInput {
  name: string;
  /** File and line, and where that is; either may be missing. */
  place: string;
  url: string | undefined;
  unit: string;
  queryTotal: number;
  total: number;
  lines: LineCost[];
  text: string | undefined;
}

/** Numbers of the lines to show: those with cost and a few around, gaps as 0. */
function shownLines(costly: number[], last: number): number[] {
  const wanted = new Set<number>();
  for (const n of costly)
    for (let i = Math.max(1, n - CONTEXT); i <= Math.min(last, n + CONTEXT); i++) wanted.add(i);
  const rows: number[] = [];
  for (const n of [...wanted].sort((a, b) => a - b)) {
    const before = rows[rows.length - 1];
    if (before !== undefined && n > before + 1) rows.push(0);
    rows.push(n);
  }
  return rows;
}

/** A fence that no line of the code can close. */
function fenceFor(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map((match) => match[0].length));
  return "`".repeat(longest + 1);
}

export function annotatedMarkdown(input: AnnotatedInput): string {
  const own = input.lines.filter((line) => !line.other && line.total > 0);
  const code = input.text === undefined ? [] : splitLines(input.text);
  const costs = new Map(own.map((line) => [line.n, line]));
  const last = input.text === undefined ? Number.MAX_SAFE_INTEGER : code.length;
  const context =
    input.text === undefined
      ? own.map((line) => line.n)
      : shownLines(
          own.map((l) => l.n),
          last,
        );
  const value = (v: number | undefined) => (v ? formatValue(v, input.unit) : "").padStart(10);
  const rows = context.map((n) => {
    if (n === 0) return "…";
    const line = costs.get(n);
    return `${value(line?.self)} ${value(line?.total)} ${String(n).padStart(6)}  ${code[n - 1] ?? ""}`.trimEnd();
  });
  const body = [`${"self".padStart(10)} ${"total".padStart(10)} ${"line".padStart(6)}`, ...rows].join("\n");
  const fence = fenceFor(body);
  const place = input.url ? `[${input.place}](${input.url})` : input.place;
  const share = formatPercent(input.total, input.queryTotal);
  const sum = `${formatValue(input.total, input.unit)}, ${share} of ${formatValue(input.queryTotal, input.unit)}`;
  return `\`${input.name.replaceAll("`", "'")}\` · ${place} · ${sum}\n\n${fence}\n${body}\n${fence}\n`;
}
