// The code area: head of the ledger, costs with or without text, overview strip, keys from line to line.
import { useEffect, useImperativeHandle, useMemo, useRef, useState } from "preact/hooks";
import type { ComponentChildren, Ref } from "preact";
import { formatPercent, formatValue } from "../lib/format";
import { codeColumns } from "../lib/preferences";
import { T } from "../texts";
import type { CallLine } from "./calls";
import { type Basis, type LineCost, largest, levelOf } from "./costs";
import type { Editor } from "./editor";
import type { GutterLines } from "./gutters";
import { Ledger } from "./ledger";
import { Strip } from "./strip";

const MAX_CALLS = 5;

export interface CodeHandle {
  goTo(line: number): void;
  /** The line that is marked, 0 when none is. */
  current(): number;
}

interface Props {
  lines: LineCost[];
  unit: string;
  /** Value that percentages refer to. */
  base: number;
  basis: Basis;
  /** Text of the file; undefined while there is none. */
  text: string | undefined;
  loading: boolean;
  path: string;
  /** Line to show first. */
  start: number;
  sums: { self: number; total: number };
  baseText: string;
  /** What the sums are of. */
  sumText: string;
  tabSize: number;
  /** Whether text and profile fit, beside the sums. */
  verdict: ComponentChildren;
  handle: Ref<CodeHandle>;
  /** Undefined where percentages have one base only. */
  onBase?: () => void;
  onLine(line: number): void;
  onCall(line: number, name: string): void;
}

function gutterLinesOf(props: Props): GutterLines {
  const { lines, unit, base, basis } = props;
  const max = largest(lines, basis);
  const value = (v: number) => (v === 0 ? "" : formatValue(v, unit));
  const percent = (v: number) => (v === 0 ? "" : formatPercent(v, base));
  return new Map(
    lines.map((line) => [
      line.n,
      {
        self: value(line.self),
        selfPercent: percent(line.self),
        total: value(line.total),
        totalPercent: percent(line.total),
        level: line.other ? 0 : levelOf(line, basis, max),
        other: line.other,
      },
    ]),
  );
}

function callsOf({ lines, unit, base }: Props): Map<number, CallLine> {
  const calls = new Map<number, CallLine>();
  for (const line of lines) {
    if (line.callees.length === 0) continue;
    calls.set(line.n, {
      count: line.callees.length,
      label: T.callsAt(line.callees.length),
      description: T.callsAtLine(line.callees.length, line.n),
      rows: line.callees.slice(0, MAX_CALLS).map((callee) => ({
        name: callee.name,
        value: formatValue(callee.total, unit),
        percent: formatPercent(callee.total, base),
        inlined: callee.inlined,
      })),
    });
  }
  return calls;
}

export function CodeView(props: Props) {
  const { text, path, start, lines } = props;
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor>();
  const [viewport, setViewport] = useState<[number, number]>([1, 1]);
  const current = useRef(0);
  const latest = useRef(props);
  latest.current = props;

  const gutters = useMemo(() => gutterLinesOf(props), [lines, props.unit, props.base, props.basis]);
  const calls = useMemo(() => callsOf(props), [lines, props.unit, props.base]);

  // One editor per text; costs and position are set on it below.
  useEffect(() => {
    if (text === undefined || !host.current) return;
    let live = true;
    let made: Editor | undefined;
    const parent = host.current;
    import("./editor").then(({ createEditor }) => {
      if (!live) return;
      made = createEditor({
        parent,
        text,
        path,
        label: path,
        tabSize: props.tabSize,
        calls: { inlined: T.inlined, onOpen: (line, name) => latest.current.onCall(line, name) },
        onLine(line) {
          current.current = line;
          latest.current.onLine(line);
        },
        onViewport: (from, to) => setViewport([from, to]),
      });
      setEditor(made);
    });
    return () => {
      live = false;
      made?.destroy();
      setEditor(undefined);
    };
  }, [text, path, props.tabSize]);

  useEffect(() => editor?.setCosts(gutters, calls), [editor, gutters, calls]);
  useEffect(() => {
    current.current = start;
    if (start > 0) editor?.goTo(start);
  }, [editor, start]);

  const goTo = (line: number) => {
    current.current = line;
    if (editor) editor.goTo(line);
    else
      host.current?.parentElement
        ?.querySelector(`[data-line="${line}"]`)
        ?.scrollIntoView({ block: "center" });
  };
  useImperativeHandle(props.handle, () => ({ goTo, current: () => current.current }));

  const lastCostly = lines[lines.length - 1]?.n ?? 1;
  return (
    <div class="code-view" data-columns={codeColumns.value}>
      <LedgerHead {...props} />
      <div class="code-body">
        <div class={editor ? "code-host ready" : "code-host"} ref={host} />
        {!editor && (
          <Ledger
            lines={gutters}
            note={props.loading || text !== undefined ? T.sourceLoading : T.sourceNotLoaded}
            onLine={props.onLine}
          />
        )}
        <Strip
          lines={lines}
          basis={props.basis}
          lineCount={editor?.lineCount ?? lastCostly + 5}
          viewport={editor ? viewport : [1, 1]}
          describe={(line, self) => `${T.colLine} ${line}: ${formatValue(self, props.unit)}`}
          onJump={goTo}
        />
      </div>
    </div>
  );
}

/** Names the columns and repeats the sums of the function. */
function LedgerHead({ sums, sumText, unit, base, baseText, verdict, onBase }: Props) {
  return (
    <div class="ledger-head">
      <div class="ledger-row">
        <span class="cost-gutter self">{T.colSelf}</span>
        <span class="cost-gutter self-percent">{T.colPercent}</span>
        <span class="cost-gutter total">{T.colTotal}</span>
        <span class="cost-gutter total-percent">{T.colPercent}</span>
        <span class="line-number">{T.colLine}</span>
        <span class="ledger-text">
          {onBase ? (
            <button
              type="button"
              class="base"
              title={`${T.percentBase}: ${T.baseQuery} / ${T.baseFunction} (b)`}
              onClick={onBase}
            >
              {baseText}
            </button>
          ) : (
            baseText
          )}
        </span>
      </div>
      <div class="ledger-row sums">
        <span class="cost-gutter self" data-testid="sum-self">
          {formatValue(sums.self, unit)}
        </span>
        <span class="cost-gutter self-percent">{formatPercent(sums.self, base)}</span>
        <span class="cost-gutter total" data-testid="sum-total">
          {formatValue(sums.total, unit)}
        </span>
        <span class="cost-gutter total-percent">{formatPercent(sums.total, base)}</span>
        <span class="line-number" />
        <span class="ledger-text muted">
          {sumText}
          {verdict}
        </span>
      </div>
    </div>
  );
}
