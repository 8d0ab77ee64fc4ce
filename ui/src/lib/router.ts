// The address bar as a signal. Paths are relative to the base path the server wrote into the page.
import { computed, effect, signal } from "@preact/signals";
import { lastPlace, rememberPlace } from "./preferences";
import {
  DEFAULTS,
  type Extra,
  formatQuery,
  needsPush,
  parseQuery,
  translateOldLink,
  type UrlState,
} from "./urlstate";

export type Screen = "services" | "profile" | "function" | "file" | "compare" | "settings" | "none";

interface Location {
  screen: Screen;
  state: UrlState;
  extra: Extra;
}

const SCREENS: Record<string, Screen> = {
  services: "services",
  profile: "profile",
  function: "function",
  file: "file",
  compare: "compare",
  settings: "settings",
};

const base = new URL(document.baseURI).pathname;

/** Parameters of the link that were not understood, shown once as a notice. */
export const droppedParameters = signal<string[]>([]);
/** Steps taken inside this page, so that "back" never leaves it. */
let depth = 0;

/** The screen of the last visit; what of it is no longer understood is left out. */
function lastLocation(): Location | undefined {
  const match = /^([a-z]+)(\?.*)?$/.exec(lastPlace() ?? "");
  if (!match || !Object.hasOwn(SCREENS, match[1])) return undefined;
  const { state, extra } = parseQuery(match[2] ?? "");
  return { screen: SCREENS[match[1]], state, extra };
}

function read(): Location {
  const { pathname, search } = window.location;
  const path = pathname.startsWith(base) ? pathname.slice(base.length) : "";
  const { state, dropped, extra } = parseQuery(search);
  if (dropped.length > 0) droppedParameters.value = dropped;
  if (path === "") {
    const old = translateOldLink(search);
    const next: Location = old
      ? { screen: "profile", state: old, extra: [] }
      : (search === "" && lastLocation()) || { screen: "services", state, extra };
    history.replaceState(history.state, "", href(next.screen, next.state, next.extra));
    return next;
  }
  return { screen: SCREENS[path.replace(/\/$/, "")] ?? "none", state, extra };
}

export function href(screen: Screen, state: UrlState, extra: Extra = []): string {
  return `${base}${screen}${formatQuery(state, extra)}`;
}

const location = signal<Location>(read());

effect(() => {
  const { screen: current, state } = location.value;
  // Settings and wrong addresses are no place to return to.
  if (current !== "settings" && current !== "none") rememberPlace(`${current}${formatQuery(state)}`);
});

export const screen = computed(() => location.value.screen);
export const urlState = computed(() => location.value.state);

/** True while leaving the screen would lose something. Set by the screen, cleared when it is gone. */
export const unsaved = signal(false);
/** What happens when the reader chooses to leave all the same; undefined while nothing is asked. */
export const pendingLeave = signal<(() => void) | undefined>(undefined);

/** False when the reader has to be asked first. */
function mayLeave(proceed: () => void): boolean {
  if (!unsaved.peek()) return true;
  pendingLeave.value = () => {
    pendingLeave.value = undefined;
    unsaved.value = false;
    proceed();
  };
  return false;
}

window.addEventListener("popstate", () => {
  const { screen: current, state, extra } = location.peek();
  // The browser has moved already: go back to where the question is asked.
  if (!mayLeave(() => history.back())) {
    history.pushState(null, "", href(current, state, extra));
    return;
  }
  depth = Math.max(0, depth - 1);
  location.value = read();
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved.peek()) event.preventDefault();
});

function commit(next: Location, push: boolean): void {
  const url = href(next.screen, next.state, next.extra);
  if (push) {
    depth += 1;
    history.pushState(null, "", url);
  } else {
    history.replaceState(history.state, "", url);
  }
  location.value = next;
}

/** Opens a screen. Always a step for the Back button. */
export function navigate(to: Screen, state: UrlState): void {
  if (to !== screen.peek() && !mayLeave(() => navigate(to, state))) return;
  commit({ screen: to, state, extra: location.peek().extra }, true);
}

/** Changes parameters of the current screen; whether Back undoes it is a matter of the parameter. */
export function update(change: Partial<UrlState>): void {
  const { screen: current, state, extra } = location.peek();
  const next = { ...state, ...change };
  if (formatQuery(next, extra) === formatQuery(state, extra)) return;
  commit({ screen: current, state: next, extra }, needsPush(state, next));
}

/** Changes parameters without a step for Back, whatever they are (redirects, chosen defaults). */
export function replace(change: Partial<UrlState>): void {
  const { screen: current, state, extra } = location.peek();
  commit({ screen: current, state: { ...state, ...change }, extra }, false);
}

export function goBack(): boolean {
  if (depth === 0) return false;
  history.back();
  return true;
}

/** For a link: lets the browser handle modified clicks, so that "open in new tab" works. */
export function linkTo(to: Screen, state: UrlState): { href: string; onClick(event: MouseEvent): void } {
  return {
    href: href(to, state, location.peek().extra),
    onClick(event) {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      navigate(to, state);
    },
  };
}

/** State for a fresh screen: the range stays. */
export function rangeOnly(state: UrlState): UrlState {
  return { ...DEFAULTS, from: state.from, to: state.to };
}
