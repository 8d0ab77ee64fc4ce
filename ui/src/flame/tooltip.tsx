import { Name, Path } from "../components/name";
import { formatPercent, formatValue } from "../lib/format";
import { packageOf } from "../lib/names";
import { T } from "../texts";
import type { Bar } from "./layout";
import { type FlameModel, nodeName } from "./model";

export interface FunctionPlace {
  file: string;
  line: number;
}

interface Props {
  model: FlameModel;
  bar: Bar;
  unit: string;
  x: number;
  y: number;
  place(name: string): FunctionPlace | undefined;
  /** Value that percentages refer to. */
  base: number;
}

const WIDTH = 380;

/** Beside the pointer, on the side where there is room. */
export function Tooltip(props: Props) {
  const { x, y } = props;
  const style: Record<string, string> = { width: `${WIDTH}px` };
  if (x + WIDTH + 24 > window.innerWidth) style.right = `${window.innerWidth - x + 12}px`;
  else style.left = `${x + 12}px`;
  if (y + 160 > window.innerHeight) style.bottom = `${window.innerHeight - y + 12}px`;
  else style.top = `${y + 16}px`;
  return (
    <div class="tooltip" role="tooltip" style={style}>
      {props.bar.node === props.bar.last ? <Single {...props} /> : <Run {...props} />}
    </div>
  );
}

function Single({ model, bar, unit, place, base }: Props) {
  const name = nodeName(model, bar.node);
  const where = place(name);
  const pkg = packageOf(name);
  const rows: [string, number][] = [
    [T.total, model.total[bar.node]],
    [T.self, model.self[bar.node]],
  ];
  return (
    <>
      <bdi class="mono tip-name">{name}</bdi>
      <table>
        <thead>
          <tr>
            <td />
            <th>{T.value}</th>
            <th>{T.ofQuery}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, value]) => (
            <tr key={label}>
              <th>{label}</th>
              <td>{formatValue(value, unit)}</td>
              <td>{formatPercent(value, base)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {where && where.file !== "" && <Path path={where.file} line={where.line} />}
      {pkg !== "" && (
        <div class="faint">
          {T.package} <bdi class="mono">{pkg}</bdi>
        </div>
      )}
    </>
  );
}

/** Bars too narrow to draw alone: how many, how much, and the largest three. */
function Run({ model, bar, unit, base }: Props) {
  const nodes = Array.from({ length: bar.last - bar.node + 1 }, (_, i) => bar.node + i);
  const sum = nodes.reduce((total, node) => total + model.total[node], 0);
  const largest = nodes.sort((a, b) => model.total[b] - model.total[a]).slice(0, 3);
  return (
    <>
      <div>
        {T.runOf(bar.last - bar.node + 1)} · {formatValue(sum, unit)} · {formatPercent(sum, base)}
      </div>
      <table>
        <tbody>
          {largest.map((node) => (
            <tr key={node}>
              <th>
                <Name text={nodeName(model, node)} />
              </th>
              <td>{formatValue(model.total[node], unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
