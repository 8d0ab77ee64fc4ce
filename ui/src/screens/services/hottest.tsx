// The hottest line of one service, asked for only when its row comes into view.
import { useEffect, useRef, useState } from "preact/hooks";
import { Name, Path } from "../../components/name";
import { fetchHotLines, type HotLine, selection } from "../../lib/api";
import { formatPercent, int64 } from "../../lib/format";
import { range } from "../../lib/range";
import { linkTo, urlState } from "../../lib/router";
import { serviceSelector } from "../../lib/selector";
import { DEFAULTS } from "../../lib/urlstate";
import { detailsEnabled } from "../../lib/settings";
import { T } from "../../texts";
import { useQuery } from "../../lib/use-query";

function useSeen(): [ref: { current: HTMLDivElement | null }, seen: boolean] {
  const ref = useRef<HTMLDivElement | null>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!ref.current || seen) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [seen]);
  return [ref, seen];
}

export function Hottest({ service, type }: { service: string; type: string }) {
  const [ref, seen] = useSeen();
  const r = range.value;
  const key = seen ? `hottest ${service} ${type} ${r.start} ${r.end}` : null;
  const query = useQuery(key, (signal) =>
    fetchHotLines(selection(type, serviceSelector(service, []), r), 1, signal),
  );
  const line = query.data?.lines?.[0];
  return (
    <div class={`hottest${query.stale && query.data ? " dimmed" : ""}`} ref={ref}>
      {query.data && !line && <span class="faint">{T.noLine}</span>}
      {line && (
        <HottestLine line={line} total={int64(query.data?.queryTotal)} service={service} type={type} />
      )}
    </div>
  );
}

function HottestLine(props: { line: HotLine; total: number; service: string; type: string }) {
  const { line, total, service, type } = props;
  const { from, to } = urlState.value;
  const name = line.function ?? "";
  const target = { ...DEFAULTS, service, type, from, to, fn: name };
  const exact = line.n ? { ...target, line: { from: line.n, to: line.n } } : target;
  const place = line.file && line.n ? <Path path={line.file} line={line.n} /> : <Name text={name} />;
  return (
    <>
      <span class="num share">{formatPercent(int64(line.self), total)}</span>
      {detailsEnabled.value ? (
        <a {...linkTo("profile", exact)} tabIndex={-1}>
          {place}
        </a>
      ) : (
        place
      )}
      {line.file && line.n ? (
        <span class="in">
          <Name text={name} />
        </span>
      ) : null}
    </>
  );
}
