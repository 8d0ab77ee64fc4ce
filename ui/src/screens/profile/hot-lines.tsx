// The costliest lines of everything selected. One row per file, line and version: lines move between
// commits, so versions are never added up.
import { Name, Path } from "../../components/name";
import { QueryView } from "../../components/states";
import { VirtualTable } from "../../components/virtual";
import { fetchHotLines, type HotLine, type HotLinesResponse, type Selection } from "../../lib/api";
import { formatPercent, formatValue, int64 } from "../../lib/format";
import { heatLevel } from "../../lib/heat";
import { shortRef } from "../../lib/names";
import { update } from "../../lib/router";
import { useQuery } from "../../lib/use-query";
import { NO_LABEL } from "../../source/costs";
import { detailsEnabled } from "../../lib/settings";
import { rowHeight } from "../../lib/preferences";
import { T } from "../../texts";

const LIMIT = 500;

function open(line: HotLine): void {
  update({
    fn: line.function,
    line: line.n ? { from: line.n, to: line.n } : undefined,
    file: undefined,
    repo: line.repository || NO_LABEL,
    ref: line.ref || NO_LABEL,
    root: line.root || NO_LABEL,
    scope: undefined,
    path: undefined,
  });
}

export function HotLines({ selection: sel }: { selection: Selection }) {
  const key = `hot ${JSON.stringify(sel)}`;
  const query = useQuery(key, (signal) => fetchHotLines(sel, LIMIT, signal));
  return (
    <div class="card hot-lines">
      <QueryView query={query} lines={12} class="answer fill">
        {(data) => <Lines data={data} dataKey={key} />}
      </QueryView>
    </div>
  );
}

function Lines({ data, dataKey }: { data: HotLinesResponse; dataKey: string }) {
  const lines = data.lines ?? [];
  const unit = data.unit ?? "short";
  const base = int64(data.queryTotal);
  const largest = int64(lines[0]?.self);
  const cost = (value: number) => (
    <>
      <div role="cell" class="num">
        {value === 0 ? "" : formatValue(value, unit)}
      </div>
      <div role="cell" class="num muted">
        {value === 0 ? "" : formatPercent(value, base)}
      </div>
    </>
  );
  const tail: [string, number, number][] = [];
  if (int64(data.noLineTotal) > 0)
    tail.push([T.hotLinesNoLine, int64(data.noLineSelf), int64(data.noLineTotal)]);
  const rest = (data.count ?? lines.length) - lines.length;
  if (rest > 0) tail.push([T.hotLinesRest(rest), int64(data.restSelf), 0]);

  return (
    <VirtualTable
      class="lines"
      label={T.tabLines}
      count={lines.length + tail.length}
      rowHeight={rowHeight.value}
      resetKey={dataKey}
      head={
        <div role="row" class="vrow head">
          {[T.colSelf, T.colPercent, T.colTotal, T.colPercent].map((label, i) => (
            // Fixed columns.
            <div role="columnheader" class="num" key={i}>
              {label}
            </div>
          ))}
          <div role="columnheader">{T.colLine}</div>
          <div role="columnheader">{T.colFunction}</div>
          <div role="columnheader">{T.colVersion}</div>
        </div>
      }
      row={(i) => {
        if (i >= lines.length) {
          const [label, self, total] = tail[i - lines.length];
          return (
            <div role="row" class="vrow muted" key={label}>
              {cost(self)}
              {cost(total)}
              <div role="cell" class="wide-cell">
                {label}
              </div>
            </div>
          );
        }
        const line = lines[i];
        const self = int64(line.self);
        return (
          <div role="row" class="vrow" key={`${line.ref} ${line.file} ${line.n} ${line.function}`}>
            <div role="cell" class={self === 0 ? "num faint" : `num cost heat-${heatLevel(self, largest)}`}>
              {formatValue(self, unit)}
            </div>
            <div role="cell" class="num muted">
              {formatPercent(self, base)}
            </div>
            {cost(int64(line.total))}
            <div role="cell">
              {detailsEnabled.value ? (
                <button type="button" class="row-name" onClick={() => open(line)}>
                  <Path path={line.file ?? T.unknown} line={line.n} />
                </button>
              ) : (
                <Path path={line.file ?? T.unknown} line={line.n} />
              )}
            </div>
            <div role="cell">
              <Name text={line.function ?? "?"} />
            </div>
            <div role="cell" class="muted">
              <bdi class="mono" title={`${line.repository ?? ""} ${line.ref ?? ""}`}>
                {line.ref ? shortRef(line.ref) : T.none}
              </bdi>
            </div>
          </div>
        );
      }}
    />
  );
}
