// Label selectors: `{a="b",c=~"d|e"}`, parsed to matchers and written back in one canonical form.

export type Op = "=" | "!=" | "=~" | "!~";

export interface Matcher {
  name: string;
  op: Op;
  value: string;
}

const MATCHER = /^\s*([A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*/;
const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

function unescapeString(text: string): string {
  return text.replace(/\\(.)/g, (_, c: string) => ESCAPES[c] ?? c);
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}

/** Braces may be left out. Undefined when the text is not a selector. */
export function parseSelector(text: string): Matcher[] | undefined {
  let rest = text.trim();
  if (rest.startsWith("{")) {
    if (!rest.endsWith("}")) return undefined;
    rest = rest.slice(1, -1).trim();
  }
  const matchers: Matcher[] = [];
  while (rest !== "") {
    const match = MATCHER.exec(rest);
    if (!match) return undefined;
    const name = match[1].startsWith('"') ? unescapeString(match[1].slice(1, -1)) : match[1];
    matchers.push({ name, op: match[2] as Op, value: unescapeString(match[3]) });
    rest = rest.slice(match[0].length);
    if (rest === "") break;
    if (!rest.startsWith(",")) return undefined;
    rest = rest.slice(1).trimStart();
  }
  return matchers;
}

export function formatMatcher(m: Matcher): string {
  const name = /^[A-Za-z_][A-Za-z0-9_]*$/.test(m.name) ? m.name : quote(m.name);
  return `${name}${m.op}${quote(m.value)}`;
}

/** Sorted by name, so that equal filters give equal links and equal requests. */
export function formatSelector(matchers: Matcher[]): string {
  const sorted = [...matchers].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `{${sorted.map(formatMatcher).join(",")}}`;
}

/** The selector that requests carry: the chosen service and the filters of the link. */
export function serviceSelector(service: string, filters: Matcher[]): string {
  return formatSelector([{ name: "service_name", op: "=", value: service }, ...filters]);
}
