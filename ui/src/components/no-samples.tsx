// Nothing in range: says so, and where there is something. Or, on a server that never saw a profile,
// how to send the first one.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { fetchStats } from "../lib/api";
import { int64 } from "../lib/format";
import { zone } from "../lib/preferences";
import { range } from "../lib/range";
import { update, urlState } from "../lib/router";
import { formatMatcher } from "../lib/selector";
import { formatAge, formatTime } from "../lib/time";
import { useQuery } from "../lib/use-query";
import { T } from "../texts";
import { Loading } from "./states";

export function NoSamples({ otherwise }: { otherwise?: ComponentChildren }) {
  const stats = useQuery("stats", fetchStats);
  const [now] = useState(Date.now);
  const { start, end } = range.value;
  if (stats.loading) return <Loading lines={3} />;
  if (stats.data && !stats.data.dataIngested && otherwise) return <>{otherwise}</>;
  const newest = int64(stats.data?.newestProfileTime);
  const filters = urlState.value.sel;
  return (
    <div class="state" role="status">
      <p>{T.noSamples(formatTime(start, zone.value), formatTime(end, zone.value))}</p>
      {newest > 0 && <p class="muted">{T.latestSample(formatAge(newest, now))}</p>}
      {filters.length > 0 && (
        <p class="chips">
          {T.activeFilters}:
          {filters.map((m) => (
            <button
              key={formatMatcher(m)}
              type="button"
              class="chip mono"
              aria-label={T.removeFilter(formatMatcher(m))}
              onClick={() => update({ sel: filters.filter((other) => other !== m) })}
            >
              <bdi>{formatMatcher(m)}</bdi> ×
            </button>
          ))}
        </p>
      )}
      <p class="actions">
        {newest > 0 && (newest < start || newest > end) && (
          <button
            type="button"
            class="btn"
            onClick={() => update({ from: String(newest - (end - start)), to: String(newest + 1) })}
          >
            {T.goThere}
          </button>
        )}
        <button type="button" class="btn" onClick={() => update({ from: "now-24h", to: "now" })}>
          {T.last24h}
        </button>
      </p>
    </div>
  );
}
