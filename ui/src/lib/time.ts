// Time expressions of the range picker and the URL, and times as text.

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const RELATIVE = /^now(?:-(\d{1,6})([smhdw]))?$/;
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

export interface Range {
  start: number;
  end: number;
}

/** The instant an expression means (`now-30m`, epoch ms, ISO 8601 read as UTC), or undefined. */
export function parseTime(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  const relative = RELATIVE.exec(trimmed);
  if (relative) return now - (relative[1] ? Number(relative[1]) * UNITS[relative[2]] : 0);
  if (/^\d{10,14}$/.test(trimmed)) return Number(trimmed);
  if (!ISO.test(trimmed)) return undefined;
  let iso = trimmed.replace(" ", "T");
  if (iso.includes("T") && !/(?:Z|[+-]\d{2}:\d{2})$/.test(iso)) iso += "Z";
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? undefined : ms;
}

export function isRelative(text: string): boolean {
  return RELATIVE.test(text.trim());
}

/** Both ends, or undefined when one does not parse or they are not in order. */
export function resolveRange(from: string, to: string, now: number): Range | undefined {
  const start = parseTime(from, now);
  const end = parseTime(to, now);
  if (start === undefined || end === undefined || start >= end) return undefined;
  return { start: Math.floor(start), end: Math.floor(end) };
}

export type Zone = "browser" | "utc";

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

function parts(ms: number, zone: Zone): [string, string, string, string, string, string] {
  const d = new Date(ms);
  return zone === "utc"
    ? [
        pad(d.getUTCFullYear(), 4),
        pad(d.getUTCMonth() + 1),
        pad(d.getUTCDate()),
        pad(d.getUTCHours()),
        pad(d.getUTCMinutes()),
        pad(d.getUTCSeconds()),
      ]
    : [
        pad(d.getFullYear(), 4),
        pad(d.getMonth() + 1),
        pad(d.getDate()),
        pad(d.getHours()),
        pad(d.getMinutes()),
        pad(d.getSeconds()),
      ];
}

/** `2026-01-15 10:05:00`, 24 hours. */
export function formatTime(ms: number, zone: Zone): string {
  const [y, mo, d, h, mi, s] = parts(ms, zone);
  return `${y}-${mo}-${d} ${h}:${mi}:${s}`;
}

/** Date and minute only when both are on one day: `2026-01-15 10:00 – 11:00`. */
export function formatRange(range: Range, zone: Zone): string {
  const start = formatTime(range.start, zone);
  const end = formatTime(range.end, zone);
  const short = (text: string) => (text.endsWith(":00") ? text.slice(0, -3) : text);
  return start.slice(0, 10) === end.slice(0, 10)
    ? `${short(start)} – ${short(end).slice(11)}`
    : `${short(start)} – ${short(end)}`;
}

/** Name of the zone: `UTC` or `UTC+02:00`. */
export function zoneName(zone: Zone, at: number): string {
  const minutes = zone === "utc" ? 0 : -new Date(at).getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const abs = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${pad(Math.floor(abs / 60))}:${pad(abs % 60)}`;
}

/** `16 days ago`: beside a time, never instead of it. */
export function formatAge(ms: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  const steps: [number, string][] = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ];
  for (const [size, name] of steps) {
    const n = Math.floor(seconds / size);
    if (n >= 1) return `${n} ${name}${n === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

/** Words for a relative range as the picker shows it: `Last 30 minutes`. */
export function describeRelative(from: string): string | undefined {
  const match = RELATIVE.exec(from);
  if (!match?.[1]) return undefined;
  const names: Record<string, string> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };
  const n = Number(match[1]);
  return n === 1 ? `Last ${names[match[2]]}` : `Last ${n} ${names[match[2]]}s`;
}
