// Nothing in range: says so, and where there is something. Or, on a server that never saw a profile,
// how to send the first one.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { fetchNewest, fetchStats } from "../lib/api";
import { int64 } from "../lib/format";
import { zone } from "../lib/preferences";
import { range } from "../lib/range";
import { update, urlState } from "../lib/router";
import { formatMatcher } from "../lib/selector";
import { formatAge, formatTime } from "../lib/time";
import { useQuery } from "../lib/use-query";
import { T } from "../texts";
import { Loading } from "./states";

interface Props {
  /** What a server shows that never saw a profile. */
  otherwise?: ComponentChildren;
  /** The service that has nothing in range, when it is not all of them. */
  service?: string;
}

export function NoSamples({ otherwise, service }: Props) {
  const stats = useQuery("stats", fetchStats);
  const oldest = int64(stats.data?.oldestProfileTime);
  const last = int64(stats.data?.newestProfileTime);
  const own = useQuery(service !== undefined && last > 0 ? `newest ${service} ${last}` : null, (signal) =>
    fetchNewest(service ?? "", { start: oldest, end: last + 1 }, signal),
  );
  const [now] = useState(Date.now);
  const { start, end } = range.value;
  if (stats.loading || own.loading) return <Loading lines={3} />;
  if (stats.data && !stats.data.dataIngested && otherwise) return <>{otherwise}</>;
  const newest = service === undefined ? last : (own.data ?? 0);
  const filters = urlState.value.sel;
  return (
    <div class="state" role="status">
      {service === undefined ? (
        <p>{T.noSamples(formatTime(start, zone.value), formatTime(end, zone.value))}</p>
      ) : (
        <p>
          <bdi>{T.noProfilesOf(service)}</bdi>
        </p>
      )}
      {newest > 0 && (
        <p class="muted">
          {service === undefined
            ? T.latestSample(formatAge(newest, now))
            : T.latestProfile(formatAge(newest, now))}
        </p>
      )}
      {own.data === 0 && <p class="muted">{T.neverSeen}</p>}
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
