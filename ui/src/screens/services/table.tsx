import { useRef } from "preact/hooks";
import { Sparkline } from "../../components/sparkline";
import type { Service } from "../../lib/catalog";
import { formatChange, formatValue } from "../../lib/format";
import { heatLevel } from "../../lib/heat";
import { shortRef } from "../../lib/names";
import type { ProfileType } from "../../lib/profile-types";
import { linkTo, navigate, update, urlState } from "../../lib/router";
import { tenantSettings } from "../../lib/settings";
import { withService } from "../../lib/urlstate";
import { T } from "../../texts";
import type { ServiceNumbers } from "./data";
import { Hottest } from "./hottest";

export interface Row {
  service: Service;
  numbers: ServiceNumbers | undefined;
}

export type SortKey = "name" | "value" | "change";

export function parseSort(text: string | undefined): { key: SortKey; descending: boolean } {
  const key = (text ?? "-value").replace("-", "");
  const known = key === "name" || key === "value" || key === "change";
  return { key: known ? key : "value", descending: !known || text === undefined || text.startsWith("-") };
}

function change(row: Row): number {
  const { value = 0, previous } = row.numbers ?? {};
  return previous ? (value - previous) / previous : value > 0 ? Number.POSITIVE_INFINITY : -1;
}

export function compareRows(key: SortKey, descending: boolean): (a: Row, b: Row) => number {
  const sign = descending ? -1 : 1;
  const byName = (a: Row, b: Row) => (a.service.name < b.service.name ? -1 : 1);
  return (a, b) => {
    if (key === "name") return sign * byName(a, b);
    const x = key === "value" ? (a.numbers?.value ?? -1) : change(a);
    const y = key === "value" ? (b.numbers?.value ?? -1) : change(b);
    return x === y ? byName(a, b) : sign * (x - y);
  };
}

function Header(props: { id: SortKey; label: string; numeric?: boolean; title?: string }) {
  const sort = parseSort(urlState.value.sort);
  const active = sort.key === props.id;
  const next = active ? !sort.descending : props.id !== "name";
  return (
    <th
      class={props.numeric ? "num" : ""}
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        title={props.title}
        onClick={() => update({ sort: `${next ? "-" : ""}${props.id}` })}
      >
        {props.label}
        <span class="arrow">{active ? (sort.descending ? "▾" : "▴") : ""}</span>
      </button>
    </th>
  );
}

export function ServiceTable({ rows, type, dimmed }: { rows: Row[]; type: ProfileType; dimmed: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const hottest = tenantSettings.value.hottestOnOverview;
  const largest = Math.max(0, ...rows.map((row) => row.numbers?.value ?? 0));

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    const links = [...(body.current?.querySelectorAll<HTMLElement>("a.service") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    event.preventDefault();
    links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
  };

  return (
    <table class={`services${dimmed ? " dimmed" : ""}`}>
      <thead>
        <tr>
          <Header id="name" label={T.colService} />
          <th>{T.colTrend}</th>
          <Header id="value" label={T.colValue} numeric />
          <Header id="change" label={T.colChange} numeric title={T.colChangeHint} />
          {hottest && <th class="hottest-cell">{T.colHottest}</th>}
          <th>{T.colVersions}</th>
          <th>{T.colSource}</th>
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={onKeyDown}>
        {rows.map((row, i) => (
          <ServiceRow key={row.service.name} row={row} type={type} largest={largest} first={i === 0} />
        ))}
      </tbody>
    </table>
  );
}

function ServiceRow(props: { row: Row; type: ProfileType; largest: number; first: boolean }) {
  const { service, numbers } = props.row;
  const type = service.types.includes(props.type.id) ? props.type.id : undefined;
  const target = { ...withService(urlState.value, service.name), type, qf: "", sort: undefined };
  const link = linkTo("profile", target);
  const heat = heatLevel(numbers?.value ?? 0, props.largest);
  return (
    // The link inside is the accessible way; the row only widens its target for the mouse.
    <tr
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("a, button")) return;
        navigate("profile", target);
      }}
    >
      <td>
        <a class="service" tabIndex={props.first ? 0 : -1} {...link}>
          <bdi>{service.name}</bdi>
        </a>
      </td>
      <td>
        <Sparkline values={numbers?.trend ?? []} />
      </td>
      <td class={`num value heat-${heat}`}>
        {numbers ? formatValue(numbers.value, props.type.unit) : T.none}
      </td>
      <td class="num muted">
        {numbers
          ? numbers.previous === undefined
            ? T.none
            : formatChange(numbers.value, numbers.previous)
          : T.none}
      </td>
      {tenantSettings.value.hottestOnOverview && (
        <td class="hottest-cell">{numbers && <Hottest service={service.name} type={props.type.id} />}</td>
      )}
      <td class="muted">
        <Versions service={service} />
      </td>
      <td>
        <span class={`link-state ${service.link}`} title={T.link[service.link]}>
          <i aria-hidden="true" />
          {T.linkShort[service.link]}
        </span>
      </td>
    </tr>
  );
}

function Versions({ service }: { service: Service }) {
  const refs = service.versions.map((version) => version.ref).filter((ref) => ref !== "");
  if (refs.length === 0) return <span class="faint">{T.none}</span>;
  return (
    <bdi class="mono" title={refs.join("\n")}>
      {refs.length === 1 ? shortRef(refs[0]) : T.versionsSeen(refs.length)}
    </bdi>
  );
}
