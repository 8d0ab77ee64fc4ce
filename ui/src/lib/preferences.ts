// Tastes of this browser. They are never part of a link.
import { computed, effect, type Signal, signal } from "@preact/signals";
import { validTemplate } from "./editor-link";
import type { Zone } from "./time";

export type Theme = "system" | "dark" | "light";

function stored<T extends string | number>(key: string, initial: T, valid: (value: T) => boolean): Signal<T> {
  let value = initial;
  try {
    const text = localStorage.getItem(`flameline.${key}`);
    const parsed = (typeof initial === "number" ? Number(text) : text) as T;
    if (text !== null && valid(parsed)) value = parsed;
  } catch {
    // Storage may be switched off; the defaults do.
  }
  const result = signal(value);
  let first = true;
  effect(() => {
    const current = String(result.value);
    if (first) {
      first = false;
      return;
    }
    try {
      localStorage.setItem(`flameline.${key}`, current);
    } catch {
      // As above: then it lasts as long as the page.
    }
  });
  return result;
}

const oneOf =
  <T extends string>(...words: T[]) =>
  (value: T): boolean =>
    words.includes(value);

export const theme = stored<Theme>("theme", "system", oneOf<Theme>("system", "dark", "light"));
export const zone = stored<Zone>("zone", "browser", oneOf<Zone>("browser", "utc"));
/** What the colour of a line means. */
export const heatBasis = stored<"self" | "total">("heat", "self", oneOf("self", "total"));
/** What percentages beside the code refer to, unless the link says it. */
export const percentBase = stored<"query" | "fn">("base", "query", oneOf("query", "fn"));
export const tabWidth = stored<number>("tab", 4, (value) => [2, 4, 8].includes(value));
/** How a line is opened in an editor; empty: there is no button. */
export const editorTemplate = stored<string>("editor", "", validTemplate);
/** Whether a letter alone is a command. */
export const singleKeys = stored<"on" | "off">("keys", "on", oneOf("on", "off"));
export const flameColors = stored<"package" | "value">("flame", "package", oneOf("package", "value"));
/** Which end of a name stays in a bar that is too narrow for it. */
export const labelEnd = stored<"left" | "right">("label", "left", oneOf("left", "right"));
export const density = stored<"compact" | "comfortable">(
  "density",
  "compact",
  oneOf("compact", "comfortable"),
);
/** Height of table rows; the same as --row. */
export const rowHeight = computed(() => (density.value === "comfortable" ? 30 : 24));
/** Which columns stand beside the code. */
export const codeColumns = stored<"both" | "value" | "percent">(
  "columns",
  "both",
  oneOf("both", "value", "percent"),
);
/** What the bare address opens. */
export const startView = stored<"services" | "last">("start", "services", oneOf("services", "last"));
/** Width of the details dock as percent of the page. */
export const dockWidth = stored<number>("dock", 45, (value) => value >= 30 && value <= 70);
export const chartOpen = stored<"yes" | "no">("chart", "yes", oneOf("yes", "no"));

const prefersLight = matchMedia("(prefers-color-scheme: light)");
const systemLight = signal(prefersLight.matches);
prefersLight.addEventListener("change", (event) => {
  systemLight.value = event.matches;
});

/** The theme in force; canvases watch it, because they cannot use CSS variables. */
export const darkTheme = signal(true);

effect(() => {
  const chosen = theme.value;
  const light = chosen === "system" ? systemLight.value : chosen === "light";
  document.documentElement.dataset.theme = light ? "light" : "dark";
  darkTheme.value = !light;
});

effect(() => {
  document.documentElement.dataset.density = density.value;
});

const LAST_KEY = "flameline.last";

/** Where the reader was, as screen and query; undefined when nothing is remembered or wanted. */
export function lastPlace(): string | undefined {
  if (startView.peek() !== "last") return undefined;
  try {
    return localStorage.getItem(LAST_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberPlace(place: string): void {
  try {
    localStorage.setItem(LAST_KEY, place);
  } catch {
    // Then the start page is the list of services.
  }
}

const RECENT_KEY = "flameline.ranges";

/** The last five ranges that were applied by hand. */
export function recentRanges(): [from: string, to: string][] {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? "[]");
    if (!Array.isArray(parsed)) return [];
    return parsed.filter(
      (entry): entry is [string, string] =>
        Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "string",
    );
  } catch {
    return [];
  }
}

export function rememberRange(from: string, to: string): void {
  const rest = recentRanges().filter((entry) => entry[0] !== from || entry[1] !== to);
  try {
    localStorage.setItem(RECENT_KEY, JSON.stringify([[from, to], ...rest].slice(0, 5)));
  } catch {
    // Only a convenience.
  }
}
