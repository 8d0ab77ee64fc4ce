// Costs without text: what is on screen while the source is on its way, or when there is none.
import type { GutterLines } from "./gutters";

const CONTEXT = 5;
const MAX_ROWS = 400;

/** Line numbers with cost and five lines around each; gaps are null. */
export function ledgerRows(costly: number[]): (number | null)[] {
  const wanted = new Set<number>();
  for (const n of costly) {
    for (let i = Math.max(1, n - CONTEXT); i <= n + CONTEXT; i++) wanted.add(i);
    if (wanted.size > MAX_ROWS) break;
  }
  const rows: (number | null)[] = [];
  let before = 0;
  for (const n of [...wanted].sort((a, b) => a - b)) {
    if (before > 0 && n > before + 1) rows.push(null);
    rows.push(n);
    before = n;
  }
  return rows;
}

interface Props {
  lines: GutterLines;
  note: string;
  onLine(line: number): void;
}

export function Ledger({ lines, note, onLine }: Props) {
  return (
    <div class="ledger">
      {ledgerRows([...lines.keys()].sort((a, b) => a - b)).map((n, i) => {
        // Gaps have no other identity.
        if (n === null) return <div class="ledger-gap" key={`gap${i}`} aria-hidden="true" />;
        const line = lines.get(n);
        const heat = line && !line.other ? `heat-${line.level}` : "";
        return (
          <div class={`ledger-row ${line?.other ? "other" : ""}`} key={n} data-line={n}>
            <span class={`cost-gutter self ${heat}`}>{line?.self}</span>
            <span class={`cost-gutter self-percent ${heat}`}>{line?.selfPercent}</span>
            <span class={`cost-gutter total ${heat}`}>{line?.total}</span>
            <span class={`cost-gutter total-percent ${heat}`}>{line?.totalPercent}</span>
            <button type="button" class="line-number" onClick={() => onLine(n)}>
              {n}
            </button>
            <span class={`heat-gutter ${heat}`} />
            <span class="ledger-text">{line && !line.other ? note : ""}</span>
          </div>
        );
      })}
    </div>
  );
}
