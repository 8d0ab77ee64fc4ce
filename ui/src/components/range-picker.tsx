import { useState } from "preact/hooks";
import { recentRanges, rememberRange, zone } from "../lib/preferences";
import { range } from "../lib/range";
import { update, urlState } from "../lib/router";
import { describeRelative, formatRange, formatTime, isRelative, parseTime, zoneName } from "../lib/time";
import { T } from "../texts";
import { Icon } from "./icon";
import { Popover } from "./popover";

const QUICK = ["5m", "15m", "30m", "1h", "3h", "6h", "12h", "24h", "2d", "7d", "30d"];

function describe(from: string, to: string): string {
  if (to === "now") {
    const words = describeRelative(from);
    if (words) return words;
  }
  return formatRange(range.value, zone.value);
}

/** A fixed time as the field shows it: UTC, in the form that the field accepts. */
function editable(text: string): string {
  return /^\d+$/.test(text) ? `${formatTime(Number(text), "utc").replace(" ", "T")}Z` : text;
}

function apply(from: string, to: string): void {
  const now = Date.now();
  const fix = (text: string) => (isRelative(text) ? text.trim() : String(parseTime(text, now)));
  update({ from: fix(from), to: fix(to) });
}

/** Moves the range by its own length; used by the keys `[` and `]`. */
export function shiftRange(direction: -1 | 1): void {
  const { start, end } = range.value;
  const by = (end - start) * direction;
  update({ from: String(start + by), to: String(end + by) });
}

export function zoomOutRange(): void {
  const { start, end } = range.value;
  const half = Math.round((end - start) / 2);
  update({ from: String(start - half), to: String(end + half) });
}

export function RangePicker({ request }: { request: number }) {
  const { from, to } = urlState.value;
  const words = describe(from, to);
  const zoneText = isRelative(from) ? "" : ` ${zoneName(zone.value, range.value.start)}`;
  return (
    <Popover
      label={T.range}
      name={`${T.range}: ${words}${zoneText}`}
      align="right"
      request={request}
      button={
        <>
          <Icon name="clock" />
          <span>
            {words}
            <span class="faint">{zoneText}</span>
          </span>
        </>
      }
    >
      {(close) => <RangePanel from={from} to={to} close={close} />}
    </Popover>
  );
}

function RangePanel(props: { from: string; to: string; close(): void }) {
  const [from, setFrom] = useState(editable(props.from));
  const [to, setTo] = useState(editable(props.to));
  const now = Date.now();
  const start = parseTime(from, now);
  const end = parseTime(to, now);
  const order = start !== undefined && end !== undefined && start >= end;

  const choose = (a: string, b: string) => {
    apply(a, b);
    props.close();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    rememberRange(from, to);
    choose(from, to);
  };

  return (
    <div class="range-panel">
      <form onSubmit={submit}>
        <TimeField
          label={T.from}
          value={from}
          onInput={setFrom}
          problem={start === undefined ? T.badTime : ""}
        />
        <TimeField
          label={T.to}
          value={to}
          onInput={setTo}
          problem={end === undefined ? T.badTime : order ? T.badOrder : ""}
        />
        <p class="faint small">{T.rangeHelp}</p>
        <p class="actions">
          <button
            class="btn primary"
            type="submit"
            disabled={start === undefined || end === undefined || order}
          >
            {T.apply}
          </button>
          <button
            class="btn"
            type="button"
            onClick={() => {
              zoomOutRange();
              props.close();
            }}
          >
            {T.zoomOut}
          </button>
        </p>
        <fieldset class="segments" aria-label={T.zone}>
          <button
            type="button"
            aria-pressed={zone.value === "browser"}
            onClick={() => (zone.value = "browser")}
          >
            {T.zoneBrowser} ({zoneName("browser", now)})
          </button>
          <button type="button" aria-pressed={zone.value === "utc"} onClick={() => (zone.value = "utc")}>
            {T.zoneUtc}
          </button>
        </fieldset>
        <RecentRanges choose={choose} />
      </form>
      <ul class="quick" aria-label={T.quickRanges}>
        {QUICK.map((length) => (
          <li key={length}>
            <button
              type="button"
              class="menu-item"
              aria-current={props.from === `now-${length}` && props.to === "now"}
              onClick={() => choose(`now-${length}`, "now")}
            >
              {describeRelative(`now-${length}`)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function TimeField(props: { label: string; value: string; problem: string; onInput(text: string): void }) {
  return (
    <label class="time-field">
      <span>{props.label}</span>
      <input
        class="field mono"
        value={props.value}
        aria-invalid={props.problem !== ""}
        spellcheck={false}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.problem && <span class="problem">{props.problem}</span>}
    </label>
  );
}

function RecentRanges({ choose }: { choose(from: string, to: string): void }) {
  const recent = recentRanges();
  if (recent.length === 0) return null;
  return (
    <div>
      <p class="faint small">{T.recentRanges}</p>
      {recent.map(([from, to]) => (
        <button key={`${from} ${to}`} type="button" class="menu-item mono" onClick={() => choose(from, to)}>
          {from} – {to}
        </button>
      ))}
    </div>
  );
}
