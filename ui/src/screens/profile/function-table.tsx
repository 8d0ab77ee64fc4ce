import { useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { Name, Path } from "../../components/name";
import { VirtualTable } from "../../components/virtual";
import { formatPercent, formatValue } from "../../lib/format";
import { heatLevel } from "../../lib/heat";
import { update, urlState } from "../../lib/router";
import { detailsEnabled } from "../../lib/settings";
import { rowHeight } from "../../lib/preferences";
import { T } from "../../texts";
import type { FunctionCostRow } from "./data";

export type TableSort = "name" | "file" | "self" | "total";

const KEYS: TableSort[] = ["name", "file", "self", "total"];

export function parseTableSort(text: string | undefined): { key: TableSort; descending: boolean } {
  const key = KEYS.find((candidate) => candidate === (text ?? "-self").replace("-", ""));
  return key ? { key, descending: (text ?? "-self").startsWith("-") } : { key: "self", descending: true };
}

export function sortRows(rows: FunctionCostRow[], key: TableSort, descending: boolean): FunctionCostRow[] {
  const sign = descending ? -1 : 1;
  const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...rows].sort((a, b) => {
    if (key === "name") return sign * text(a.name, b.name);
    if (key === "file") return sign * text(a.file, b.file) || a.startLine - b.startLine;
    const other = key === "self" ? "total" : "self";
    return sign * (a[key] - b[key]) || sign * (a[other] - b[other]) || text(a.name, b.name);
  });
}

interface Props {
  rows: FunctionCostRow[];
  unit: string;
  base: number;
  /** Identifies the data, so that a new answer starts at the top and a redraw does not. */
  dataKey: string;
  hovered: string | undefined;
  onOpen(name: string, byKey: boolean): void;
  onSandwich(name: string): void;
  onHover(name: string | undefined): void;
}

function SortHead(props: { id: TableSort; label: string; numeric?: boolean }) {
  const sort = parseTableSort(urlState.value.sort);
  const active = sort.key === props.id;
  const next = active ? !sort.descending : props.numeric === true;
  return (
    <div
      role="columnheader"
      class={props.numeric ? "num" : props.id}
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : "none"}
    >
      <button type="button" onClick={() => update({ sort: `${next ? "-" : ""}${props.id}` })}>
        {props.label}
        {active && <span class="arrow">{sort.descending ? "▾" : "▴"}</span>}
      </button>
    </div>
  );
}

function onRowKey(event: KeyboardEvent & { currentTarget: HTMLElement }, open: () => void): void {
  const row = event.currentTarget;
  if (event.target !== row || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter") open();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    if (next instanceof HTMLElement) next.focus();
  } else return;
  event.preventDefault();
}

export function FunctionTable(props: Props) {
  const { rows, unit, base } = props;
  const { q, fn, sort } = urlState.value;
  // One row is a stop of the Tab key, the arrow keys go on from there.
  const [stop, setStop] = useState("");
  const reachable = rows.some((row) => row.name === stop) ? stop : rows[0]?.name;
  const largest = rows.reduce((max, row) => Math.max(max, row.self), 0);
  if (rows.length === 0) return <p class="state muted">{T.noRows}</p>;
  return (
    <VirtualTable
      class="functions"
      label={T.viewTable}
      count={rows.length}
      rowHeight={rowHeight.value}
      resetKey={`${props.dataKey} ${sort ?? ""} ${q}`}
      head={
        <div role="row" class="vrow head">
          <SortHead id="name" label={T.colFunction} />
          <SortHead id="file" label={T.colFile} />
          <SortHead id="self" label={T.colSelf} numeric />
          <div role="columnheader" class="num" aria-label={T.colSelfPercent}>
            {T.colPercent}
          </div>
          <SortHead id="total" label={T.colTotal} numeric />
          <div role="columnheader" class="num" aria-label={T.colTotalPercent}>
            {T.colPercent}
          </div>
        </div>
      }
      row={(i) => {
        const row = rows[i];
        const classes = ["vrow", row.name === fn ? "open" : "", row.name === props.hovered ? "hovered" : ""];
        return (
          <div
            key={row.name}
            role="row"
            aria-rowindex={i + 2}
            class={classes.join(" ")}
            tabIndex={row.name === reachable ? 0 : -1}
            onFocus={() => setStop(row.name)}
            onClick={(event) => {
              if (event.target instanceof Element && event.target.closest("button")) return;
              // A click that ends a selection of text is about the text.
              if (!(window.getSelection()?.isCollapsed ?? true)) return;
              props.onOpen(row.name, false);
            }}
            onKeyDown={(event) => onRowKey(event, () => props.onOpen(row.name, true))}
            onPointerEnter={() => props.onHover(row.name)}
            onPointerLeave={() => props.onHover(undefined)}
          >
            <div role="cell" class="name-cell">
              <button
                type="button"
                class="row-name"
                aria-pressed={q === row.name}
                onClick={() => update({ q: q === row.name ? "" : row.name })}
              >
                <Name text={row.name} />
              </button>
              <span class="row-actions">
                <button
                  type="button"
                  class="btn quiet icon small on-hover"
                  aria-label={T.sandwichFor(row.name)}
                  title={T.sandwich}
                  onClick={() => props.onSandwich(row.name)}
                >
                  <Icon name="sandwich" />
                </button>
                {detailsEnabled.value && (
                  <button
                    type="button"
                    class="btn quiet icon small"
                    aria-label={T.detailsFor(row.name)}
                    title={T.details}
                    onClick={() => props.onOpen(row.name, false)}
                  >
                    <Icon name="code" />
                  </button>
                )}
              </span>
            </div>
            <div role="cell" class="file">
              {row.file !== "" && <Path path={row.file} line={row.startLine} />}
            </div>
            <div
              role="cell"
              class={row.self === 0 ? "num faint" : `num cost heat-${heatLevel(row.self, largest)}`}
            >
              {formatValue(row.self, unit)}
            </div>
            <div role="cell" class="num muted">
              {formatPercent(row.self, base)}
            </div>
            <div role="cell" class="num">
              {formatValue(row.total, unit)}
            </div>
            <div role="cell" class="num muted">
              {formatPercent(row.total, base)}
            </div>
          </div>
        );
      }}
    />
  );
}
