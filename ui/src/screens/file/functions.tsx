// The functions of a file: where each starts and what it costs. A click scrolls, a tick colours only those ticked.
import { useMemo } from "preact/hooks";
import { Icon } from "../../components/icon";
import { VirtualTable } from "../../components/virtual";
import { formatPercent, formatValue } from "../../lib/format";
import { splitName } from "../../lib/names";
import { heatLevel } from "../../lib/heat";
import type { FileFunctionCosts, FileVersionCosts } from "../../source/file-costs";
import { rowHeight } from "../../lib/preferences";
import { T } from "../../texts";

interface Props {
  version: FileVersionCosts;
  unit: string;
  queryTotal: number;
  chosen: ReadonlySet<string>;
  onChoose(chosen: ReadonlySet<string>): void;
  onGo(f: FileFunctionCosts): void;
  onDetails(name: string): void;
}

function toggled(chosen: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(name)) next.add(name);
  return next;
}

export function FunctionList(props: Props) {
  const { version, unit, chosen } = props;
  // In the order of the file, so that a click scrolls the way the list reads.
  const functions = useMemo(
    () => [...version.functions].sort((a, b) => a.startLine - b.startLine || (a.name < b.name ? -1 : 1)),
    [version],
  );
  const largest = Math.max(0, ...functions.map((f) => f.self));
  const value = (v: number) => (v === 0 ? "" : formatValue(v, unit));
  const share = (v: number) => formatPercent(v, props.queryTotal);
  return (
    <section class="file-functions" aria-label={T.functionsOfFile}>
      <VirtualTable
        label={T.functionsOfFile}
        count={functions.length}
        rowHeight={rowHeight.value}
        resetKey={`${version.repository} ${version.ref} ${version.root}`}
        head={
          <div role="row" class="vrow head">
            <div role="columnheader" class="tick">
              <span class="sr">{T.onlyChosen}</span>
            </div>
            <div role="columnheader" class="num">
              {T.colLine}
            </div>
            <div role="columnheader">{T.colFunction}</div>
            <div role="columnheader" class="num">
              {T.colSelf}
            </div>
            <div role="columnheader" class="num">
              {T.colTotal}
            </div>
            <div role="columnheader" class="tick">
              <span class="sr">{T.details}</span>
            </div>
          </div>
        }
        row={(i) => {
          const f = functions[i];
          return (
            <div
              role="row"
              class={chosen.has(f.name) ? "vrow open" : "vrow"}
              key={`${f.startLine} ${f.name}`}
            >
              <div role="cell" class="tick">
                <input
                  type="checkbox"
                  aria-label={T.onlyThis(f.name)}
                  title={T.onlyThis(f.name)}
                  checked={chosen.has(f.name)}
                  onChange={() => props.onChoose(toggled(chosen, f.name))}
                />
              </div>
              <div role="cell" class="num muted">
                {f.startLine > 0 ? f.startLine : T.none}
              </div>
              <div role="cell">
                <button type="button" class="row-name" onClick={() => props.onGo(f)}>
                  <bdi class="mono tail" title={f.name}>
                    {splitName(f.name)[1]}
                  </bdi>
                </button>
              </div>
              <div
                role="cell"
                class={f.self > 0 ? `num cost heat-${heatLevel(f.self, largest)}` : "num"}
                title={share(f.self)}
              >
                {value(f.self)}
              </div>
              <div role="cell" class="num" title={share(f.total)}>
                {value(f.total)}
              </div>
              <div role="cell" class="tick">
                <button
                  type="button"
                  class="btn quiet icon small"
                  aria-label={T.detailsFor(f.name)}
                  title={T.detailsFor(f.name)}
                  onClick={() => props.onDetails(f.name)}
                >
                  <Icon name="right" />
                </button>
              </div>
            </div>
          );
        }}
      />
      <div class="vrow sum" data-testid="file-sum">
        <span />
        <span />
        <span>
          {T.sum}
          {chosen.size > 0 && (
            <button type="button" class="btn quiet" onClick={() => props.onChoose(new Set())}>
              {T.allFunctions}
            </button>
          )}
        </span>
        <span class="num">{formatValue(version.self, unit)}</span>
        <span class="num">{formatValue(version.total, unit)}</span>
        <span />
      </div>
    </section>
  );
}
