// The rows of a comparison: one table, so that both sides scroll as one and stay aligned.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatPercent } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { type AlignedRow, alignLines, changeStarts, foldRows, type Segment } from "../../source/align";
import type { Piece } from "../../source/colored-lines";
import { type Basis, type LineCost, largest, levelOf } from "../../source/costs";
import { splitLines } from "../../source/lines";
import { T } from "../../texts";
import { changeInPoints } from "./samples";

const C = T.compare;
const CONTEXT = 3;
/** Rows drawn at once; a text that changed everywhere is long. */
const PAGE = 2000;

export interface TableSide {
  lines: LineCost[];
  queryTotal: number;
  text: string | undefined;
  colors: Piece[][] | undefined;
}

interface Props {
  left: TableSide;
  right: TableSide;
  basis: Basis;
  folded: boolean;
}

/** Costs of a side without text face nothing: where they belong is not known. */
function rowsOf(left: TableSide, right: TableSide): AlignedRow[] {
  const all = (side: TableSide) => (side.text === undefined ? [] : splitLines(side.text));
  if (left.text !== undefined && right.text !== undefined) return alignLines(all(left), all(right));
  // Nothing has changed as far as anybody can tell.
  const row = (l: number, r: number): AlignedRow => ({ left: l, right: r, kind: "same" });
  const bare = (side: TableSide) => (side.text === undefined ? side.lines : []);
  return [
    ...bare(left).map((line) => row(line.n, 0)),
    ...bare(right).map((line) => row(0, line.n)),
    ...all(left).map((_, i) => row(i + 1, 0)),
    ...all(right).map((_, i) => row(0, i + 1)),
  ];
}

export function CompareTable({ left, right, basis, folded }: Props) {
  const rows = useMemo(() => rowsOf(left, right), [left.text, right.text, left.lines, right.lines]);
  const costs = useMemo(
    () => [left, right].map((side) => new Map(side.lines.map((line) => [line.n, line]))),
    [left.lines, right.lines],
  );
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [shown, setShown] = useState(PAGE);
  useEffect(() => {
    setOpen(new Set());
    setShown(PAGE);
  }, [rows, folded]);
  const segments = useMemo(
    () =>
      folded
        ? foldRows(rows, (row) => costs[0].has(row.left) || costs[1].has(row.right), CONTEXT)
        : [{ fold: false, from: 0, to: rows.length }],
    [rows, costs, folded],
  );
  const box = useRef<HTMLDivElement>(null);
  useChangeKeys(box, rows);
  useFirstCost(box, rows, costs, basis);

  let left_ = shown;
  const visible: Segment[] = [];
  for (const segment of segments) {
    if (left_ <= 0) break;
    const isOpen = !segment.fold || open.has(segment.from);
    const to = isOpen ? Math.min(segment.to, segment.from + left_) : segment.to;
    visible.push({ ...segment, fold: !isOpen, to });
    left_ -= isOpen ? to - segment.from : 1;
  }
  const end = visible[visible.length - 1]?.to ?? 0;
  const max = [largest(left.lines, basis), largest(right.lines, basis)];
  const cells = { left, right, costs, basis, max };
  return (
    // Scrolls by key as well.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
    <div class="compare-body" ref={box} tabIndex={0} role="region" aria-label={C.title}>
      <table class="compare-table">
        <Head basis={basis} />
        <tbody>
          {visible.map((segment) =>
            segment.fold ? (
              <tr class="fold" key={`fold${segment.from}`}>
                <td colSpan={9}>
                  <button type="button" onClick={() => setOpen(new Set([...open, segment.from]))}>
                    ⋯ {C.folded(segment.to - segment.from)}
                  </button>
                </td>
              </tr>
            ) : (
              rows
                .slice(segment.from, segment.to)
                .map((row, i) => (
                  <Row key={`${row.left}:${row.right}`} at={segment.from + i} row={row} {...cells} />
                ))
            ),
          )}
        </tbody>
      </table>
      {end < rows.length && (
        <button type="button" class="btn" onClick={() => setShown(shown + PAGE)}>
          {C.more(rows.length - end)}
        </button>
      )}
    </div>
  );
}

function Head({ basis }: { basis: Basis }) {
  const side = (
    <>
      <th scope="col" class="num cost">
        {T.colSelfPercent}
      </th>
      <th scope="col" class="num cost">
        {T.colTotalPercent}
      </th>
      <th scope="col" class="num line">
        {T.colLine}
      </th>
      <th scope="col" class="code">
        <span class="sr">{T.file}</span>
      </th>
    </>
  );
  return (
    <thead>
      <tr>
        {side}
        <th scope="col" class="num change" title={`${C.colChange}: ${T.heatOf[basis]}`}>
          {C.colChange}
        </th>
        {side}
      </tr>
    </thead>
  );
}

interface CellProps {
  left: TableSide;
  right: TableSide;
  costs: Map<number, LineCost>[];
  basis: Basis;
  max: number[];
}

function Row({ at, row, left, right, costs, basis, max }: CellProps & { at: number; row: AlignedRow }) {
  const a = costs[0].get(row.left);
  const b = costs[1].get(row.right);
  const change = changeInPoints(a?.[basis] ?? 0, left.queryTotal, b?.[basis] ?? 0, right.queryTotal);
  return (
    <tr class={row.kind} data-row={at}>
      <Side n={row.left} line={a} side={left} basis={basis} max={max[0]} mark="−" kind={row.kind} />
      <td class={`num change ${change.startsWith("+") ? "more" : change.startsWith("\u2212") ? "less" : ""}`}>
        {change === "" ? "" : C.points(change)}
      </td>
      <Side n={row.right} line={b} side={right} basis={basis} max={max[1]} mark="+" kind={row.kind} />
    </tr>
  );
}

function Side(props: {
  n: number;
  line: LineCost | undefined;
  side: TableSide;
  basis: Basis;
  max: number;
  mark: string;
  kind: AlignedRow["kind"];
}) {
  const { n, line, side, basis, max } = props;
  const cost = (which: Basis) => {
    const value = line?.[which] ?? 0;
    const heat = line && which === basis ? ` heat-${levelOf(line, basis, max)}` : "";
    return <td class={`num cost${heat}`}>{value === 0 ? "" : formatPercent(value, side.queryTotal)}</td>;
  };
  if (n === 0) return <td class="void" colSpan={4} />;
  const marked = props.kind !== "same";
  return (
    <>
      {cost("self")}
      {cost("total")}
      <td class="num line">{n}</td>
      <td class={marked ? "code edited" : "code"} data-mark={marked ? props.mark : undefined}>
        <Code n={n} side={side} />
      </td>
    </>
  );
}

function Code({ n, side }: { n: number; side: TableSide }) {
  if (side.text === undefined) return <span class="faint">{T.sourceNotLoaded}</span>;
  const pieces = side.colors?.[n - 1];
  if (!pieces) return <>{splitLines(side.text)[n - 1]}</>;
  return (
    <>
      {pieces.map((piece, i) => (
        // Pieces have no identity besides their place.
        <span key={i} class={piece.class}>
          {piece.text}
        </span>
      ))}
    </>
  );
}

function scrollTo(box: HTMLElement | null, at: number): boolean {
  const row = box?.querySelector<HTMLElement>(`tr[data-row="${at}"]`);
  row?.scrollIntoView({ block: "center" });
  return row !== null && row !== undefined;
}

/** `v` and `V` go from change to change, around the end. */
function useChangeKeys(box: { current: HTMLElement | null }, rows: AlignedRow[]): void {
  const at = useRef(-1);
  const step = (by: 1 | -1) => {
    const starts = changeStarts(rows);
    if (starts.length === 0) return;
    const next = by > 0 ? starts.find((i) => i > at.current) : starts.findLast((i) => i < at.current);
    at.current = next ?? (by > 0 ? starts[0] : starts[starts.length - 1]);
    scrollTo(box.current, at.current);
  };
  useKeys({ v: () => step(1), V: () => step(-1) });
}

/** The costliest line is where the reader starts. */
function useFirstCost(
  box: { current: HTMLElement | null },
  rows: AlignedRow[],
  costs: Map<number, LineCost>[],
  basis: Basis,
): void {
  useEffect(() => {
    let best = -1;
    let most = 0;
    rows.forEach((row, i) => {
      const value = Math.max(costs[0].get(row.left)?.[basis] ?? 0, costs[1].get(row.right)?.[basis] ?? 0);
      if (value > most) {
        most = value;
        best = i;
      }
    });
    if (best >= 0) scrollTo(box.current, best);
  }, [rows]);
}
