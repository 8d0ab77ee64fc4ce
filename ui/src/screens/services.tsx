// S1: all services, the most expensive first.
import { useEffect, useRef, useState } from "preact/hooks";
import { FirstRun } from "../components/first-run";
import { NoSamples } from "../components/no-samples";
import { ErrorPanel, QueryView } from "../components/states";
import { TypeSelect } from "../components/type-select";
import { type Catalog, useCatalog } from "../lib/catalog";
import { useEscape, useKeys } from "../lib/keys";
import { chooseType, parseType } from "../lib/profile-types";
import { quickFilter } from "../lib/quickfilter";
import { refreshCount } from "../lib/range";
import { update, urlState } from "../lib/router";
import { T } from "../texts";
import { type ServiceNumbers, useServiceNumbers } from "./services/data";
import { compareRows, parseSort, type Row, ServiceTable } from "./services/table";

export function Services() {
  const catalog = useCatalog();
  useEffect(() => {
    document.title = T.pageTitle([T.services]);
  }, []);
  return (
    <div class="services-screen">
      <QueryView query={catalog} lines={12}>
        {(data) => <List catalog={data} stale={catalog.stale} />}
      </QueryView>
    </div>
  );
}

/**
 * Rows keep their place while values move: a list that jumps under the pointer is worse than one that
 * is out of order. Refresh, another type or another sort order sort it anew.
 */
function useStableRows(
  catalog: Catalog,
  numbers: Map<string, ServiceNumbers> | undefined,
  type: string,
  fresh: boolean,
): Row[] {
  const { key, descending } = parseSort(urlState.value.sort);
  const order = useRef<{ key: string; names: string[] }>({ key: "", names: [] });
  const known = useRef(new Map<string, Row["service"]>());
  const wanted = `${type} ${key} ${descending} ${refreshCount.value}`;

  if ((order.current.key !== wanted || order.current.names.length === 0) && fresh) {
    const rows = [...catalog.services.values()].map((service) => ({
      service,
      numbers: numbers?.get(service.name),
    }));
    rows.sort(compareRows(key, descending));
    order.current = { key: wanted, names: rows.map((row) => row.service.name) };
    known.current.clear();
  }
  for (const [name, service] of catalog.services) known.current.set(name, service);
  return order.current.names.flatMap((name) => {
    const service = known.current.get(name);
    return service ? [{ service, numbers: numbers?.get(name) }] : [];
  });
}

function List({ catalog, stale }: { catalog: Catalog; stale: boolean }) {
  const state = urlState.value;
  const types = catalog.types.map((type) => type.id);
  // With nothing in range the type of the link is all there is to go by.
  const typeId = chooseType(types, state.type) ?? state.type ?? "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
  const type = parseType(typeId);
  const numbers = useServiceNumbers(types.length > 0 ? typeId : undefined);
  const settled = !stale && !numbers.stale && !numbers.loading;
  const rows = useStableRows(catalog, numbers.data, typeId, settled);
  const matches = quickFilter(state.qf);
  const shown = rows.filter((row) => matches(row.service.name));

  return (
    <>
      <div class="second-bar">
        <h1 tabIndex={-1}>{T.services}</h1>
        <TypeSelect types={catalog.types} value={typeId} />
        <QuickFilter />
        <span class="muted" role="status" data-testid="count">
          {settled || rows.length > 0 ? T.serviceCount(shown.length) : ""}
        </span>
      </div>
      {numbers.error && <ErrorPanel error={numbers.error} retry={numbers.retry} />}
      {rows.length > 0 && (
        <div class="card scroll">
          <ServiceTable rows={shown} type={type} dimmed={!settled} />
        </div>
      )}
      {rows.length === 0 && settled && <NoSamples otherwise={<FirstRun />} />}
    </>
  );
}

function QuickFilter() {
  const ref = useRef<HTMLInputElement>(null);
  const applied = urlState.value.qf;
  const [text, setText] = useState(applied);
  const [focused, setFocused] = useState(false);
  useEffect(() => setText(applied), [applied]);
  useEffect(() => {
    if (text === applied) return;
    const timer = setTimeout(() => update({ qf: text }), 250);
    return () => clearTimeout(timer);
  }, [text, applied]);
  useEscape(focused && text !== "", () => {
    setText("");
    update({ qf: "" });
  });
  useKeys({ "/": () => ref.current?.focus(), "Ctrl+k": () => ref.current?.focus() });
  return (
    <input
      ref={ref}
      class="field grow"
      type="search"
      aria-label={T.quickFilter}
      placeholder={`${T.quickFilter}: ${T.quickFilterHint}`}
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    />
  );
}
