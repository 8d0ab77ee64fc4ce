// Everything a link says. One codec per parameter: a value that does not parse is dropped and reported,
// defaults are not written, keys keep one order, and parameters of other versions pass through.
import { isRelative, parseTime } from "./time";
import { formatSelector, type Matcher, parseSelector } from "./selector";

export type View = "both" | "flame" | "table" | "lines";
export type Base = "query" | "fn";

export interface LineRange {
  from: number;
  to: number;
}

export interface UrlState {
  service?: string;
  type?: string;
  from: string;
  to: string;
  sel: Matcher[];
  view?: View;
  q: string;
  /** Function names from the root, or the hash of a path too long for a link (`h:…`). */
  focus?: string;
  sandwich?: string;
  sort?: string;
  qf: string;
  fn?: string;
  scope?: "path";
  /** The call path that `scope` means, as in `focus`. */
  path?: string;
  file?: string;
  line?: LineRange;
  repo?: string;
  ref?: string;
  root?: string;
  /** The other side of a comparison; where it says nothing it is like the first. */
  ref2?: string;
  from2?: string;
  to2?: string;
  sel2?: Matcher[];
  base?: Base;
  max?: number;
}

export type Extra = [key: string, value: string][];

export const DEFAULTS: UrlState = { from: "now-30m", to: "now", sel: [], q: "", qf: "" };

interface Codec<T> {
  parse(text: string): T | undefined;
  format(value: T): string | undefined;
  /** Whether a change is a step of its own for the Back button. */
  push: boolean;
}

const text = (push: boolean): Codec<string | undefined> => ({
  parse: (value) => (value === "" ? undefined : value),
  format: (value) => value || undefined,
  push,
});

const word = <T extends string>(words: readonly T[], push: boolean): Codec<T | undefined> => ({
  parse: (value) => words.find((candidate) => candidate === value),
  format: (value) => value,
  push,
});

const search: Codec<string> = {
  parse: (value) => value,
  format: (value) => value || undefined,
  push: false,
};

const time = (fallback: string): Codec<string> => ({
  parse: (value) => {
    const trimmed = value.trim();
    if (isRelative(trimmed)) return trimmed;
    const ms = parseTime(trimmed, 0);
    return ms === undefined ? undefined : String(ms);
  },
  format: (value) => (value === fallback ? undefined : value),
  push: true,
});

const optionalTime: Codec<string | undefined> = {
  parse: (value) => time("").parse(value),
  format: (value) => value,
  push: true,
};

const line: Codec<LineRange | undefined> = {
  parse: (value) => {
    const match = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(value);
    if (!match) return undefined;
    const from = Number(match[1]);
    const to = match[2] ? Number(match[2]) : from;
    return from < 1 || to < from ? undefined : { from, to };
  },
  format: (value) => value && (value.to === value.from ? String(value.from) : `${value.from}-${value.to}`),
  push: false,
};

type Codecs = { [K in keyof Required<UrlState>]: Codec<UrlState[K]> };

/** In the order in which keys are written. */
const CODECS: Codecs = {
  service: text(true),
  type: {
    parse: (value) => (/^[^:]+(?::[^:]*){4,5}$/.test(value) ? value : undefined),
    format: (value) => value,
    push: true,
  },
  from: time(DEFAULTS.from),
  to: time(DEFAULTS.to),
  sel: {
    parse: parseSelector,
    format: (value) => (value.length === 0 ? undefined : formatSelector(value)),
    push: true,
  },
  view: word(["both", "flame", "table", "lines"] as const, true),
  q: search,
  focus: text(true),
  sandwich: text(true),
  sort: {
    parse: (value) => (/^-?[a-z]+$/.test(value) ? value : undefined),
    format: (value) => (value === "-self" ? undefined : value),
    push: false,
  },
  qf: search,
  fn: text(true),
  scope: word(["path"] as const, false),
  path: text(false),
  file: text(false),
  line,
  repo: text(true),
  ref: text(true),
  root: text(true),
  ref2: text(true),
  from2: optionalTime,
  to2: optionalTime,
  sel2: {
    parse: parseSelector,
    format: (value) => value && formatSelector(value),
    push: true,
  },
  base: {
    parse: (value) => (value === "fn" ? "fn" : value === "query" ? "query" : undefined),
    // Both words are written: which of them is the default is a taste of the browser.
    format: (value) => value,
    push: false,
  },
  max: {
    parse: (value) => (/^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined),
    format: (value) => (value === undefined ? undefined : String(value)),
    push: false,
  },
};

const KEYS = Object.keys(CODECS) as (keyof UrlState)[];

export interface Parsed {
  state: UrlState;
  dropped: string[];
  extra: Extra;
}

function read<K extends keyof UrlState>(state: UrlState, key: K, value: string): boolean {
  const parsed = CODECS[key].parse(value);
  if (parsed === undefined) return false;
  state[key] = parsed;
  return true;
}

function write<K extends keyof UrlState>(state: UrlState, key: K): string | undefined {
  const value = state[key];
  return value === undefined ? undefined : CODECS[key].format(value);
}

export function parseQuery(search: string): Parsed {
  const state: UrlState = { ...DEFAULTS, sel: [] };
  const dropped: string[] = [];
  const extra: Extra = [];
  for (const [key, value] of new URLSearchParams(search)) {
    if (!(key in CODECS)) extra.push([key, value]);
    else if (value !== "" && !read(state, key as keyof UrlState, value)) dropped.push(key);
  }
  return { state, dropped, extra };
}

// Readable links: of the reserved characters only those that would change the meaning are escaped.
function encode(value: string): string {
  return encodeURIComponent(value).replace(/%(?:2F|3A|3B|2C|40|28|29|2A)/g, decodeURIComponent);
}

export function formatQuery(state: UrlState, extra: Extra = []): string {
  const pairs: string[] = [];
  for (const key of KEYS) {
    const value = write(state, key);
    if (value !== undefined) pairs.push(`${key}=${encode(value)}`);
  }
  for (const [key, value] of extra) pairs.push(`${encode(key)}=${encode(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** True when the Back button should undo this change. */
export function needsPush(before: UrlState, after: UrlState): boolean {
  return KEYS.some((key) => CODECS[key].push && write(before, key) !== write(after, key));
}

/** Choosing another service: what belonged to the old one goes, range and taste stay. */
export function withService(state: UrlState, service: string): UrlState {
  return {
    ...state,
    service,
    sel: [],
    q: "",
    focus: undefined,
    sandwich: undefined,
    fn: undefined,
    scope: undefined,
    path: undefined,
    file: undefined,
    line: undefined,
    repo: undefined,
    ref: undefined,
    root: undefined,
    ref2: undefined,
    from2: undefined,
    to2: undefined,
    sel2: undefined,
  };
}

/** Details of another function; the version is kept only when the caller passes it. */
export function withFunction(state: UrlState, fn: string | undefined): UrlState {
  return {
    ...state,
    fn,
    file: undefined,
    line: undefined,
    repo: undefined,
    ref: undefined,
    root: undefined,
    ref2: undefined,
    from2: undefined,
    to2: undefined,
    sel2: undefined,
    scope: undefined,
    path: undefined,
  };
}

/** Old links of the former Pyroscope UI: `?query=<type>{<matchers>}&from=…&until=…`. */
export function translateOldLink(search: string): UrlState | undefined {
  const params = new URLSearchParams(search);
  const query = params.get("query");
  const match = query && /^([^{]+)\{(.*)\}$/s.exec(query.trim());
  if (!match) return undefined;
  const matchers = parseSelector(match[2]);
  const service = matchers?.find((m) => m.name === "service_name" && m.op === "=");
  if (!matchers || !service) return undefined;
  const state: UrlState = { ...DEFAULTS, service: service.value };
  state.sel = matchers.filter((m) => m !== service);
  read(state, "type", match[1].trim());
  read(state, "from", params.get("from") ?? DEFAULTS.from);
  read(state, "to", params.get("until") ?? DEFAULTS.to);
  return state;
}
