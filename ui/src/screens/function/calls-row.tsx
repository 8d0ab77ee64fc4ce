// "Calls from" and "Calls to": the largest three, more on demand.
import { useState } from "preact/hooks";
import { Name } from "../../components/name";
import { formatValue } from "../../lib/format";
import type { FunctionCosts, VersionCosts } from "../../source/costs";
import { T } from "../../texts";

const SHOWN = 3;

export interface CallEntry {
  name: string;
  total: number;
  /** Where the call is made, or where the callee begins. */
  place?: string;
}

/** Callees of all lines together; one that is called from several lines counts once with the sum. */
export function calleesOf(version: VersionCosts): CallEntry[] {
  const byName = new Map<string, number>();
  for (const line of [...version.lines, ...(version.noLine ? [version.noLine] : [])]) {
    for (const callee of line.callees) byName.set(callee.name, (byName.get(callee.name) ?? 0) + callee.total);
  }
  return [...byName].map(([name, total]) => ({ name, total })).sort((a, b) => b.total - a.total);
}

export function callersOf(costs: FunctionCosts): CallEntry[] {
  const byName = new Map<string, CallEntry>();
  for (const { name, total, file, n } of costs.callers) {
    const entry = byName.get(name);
    // They come by total, so the first place of a caller is the one that costs most.
    if (entry) entry.total += total;
    else byName.set(name, { name, total, place: file === "" || n === 0 ? undefined : `${file}:${n}` });
  }
  return [...byName.values()].sort((a, b) => b.total - a.total);
}

interface Props {
  label: string;
  entries: CallEntry[];
  unit: string;
  onOpen(name: string): void;
}

export function CallsRow({ label, entries, unit, onOpen }: Props) {
  const [all, setAll] = useState(false);
  const shown = all ? entries : entries.slice(0, SHOWN);
  return (
    <>
      <dt>{label}</dt>
      <dd class="calls row">
        {entries.length === 0 && <span class="muted">{T.none}</span>}
        {shown.map((entry) => (
          <button key={entry.name} type="button" class="call" onClick={() => onOpen(entry.name)}>
            <Name text={entry.name} title={entry.place ? `${entry.name}\n${entry.place}` : entry.name} />
            <span class="muted">{formatValue(entry.total, unit)}</span>
          </button>
        ))}
        {!all && entries.length > SHOWN && (
          <button type="button" class="btn quiet more" onClick={() => setAll(true)}>
            {T.more(entries.length - SHOWN)}
          </button>
        )}
      </dd>
    </>
  );
}
