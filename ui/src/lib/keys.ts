// Keyboard: single keys that work while no field has focus, two-key sequences, and one stack for Esc.
import { useEffect, useRef } from "preact/hooks";
import { singleKeys } from "./preferences";

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const maps: KeyMap[] = [];
const escapes: (() => void)[] = [];
let prefix = "";
let prefixTimer = 0;

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function keyName(event: KeyboardEvent): string {
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.key];
  return parts.filter((part) => part !== "").join("+");
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  if (event.key === "Escape") {
    const close = escapes[escapes.length - 1];
    if (close) {
      event.preventDefault();
      close();
    }
    return;
  }
  const name = keyName(event);
  if (isField(event.target) && !name.includes("+")) return;
  // Speech input types letters: they are commands only where the reader wants them to be.
  if (singleKeys.peek() === "off" && event.key.length === 1 && !name.includes("+") && event.key !== "?")
    return;
  const full = prefix === "" ? name : `${prefix} ${name}`;
  prefix = "";
  clearTimeout(prefixTimer);
  for (let i = maps.length - 1; i >= 0; i--) {
    const handler = maps[i][full];
    if (handler) {
      event.preventDefault();
      handler(event);
      return;
    }
  }
  if (maps.some((map) => Object.keys(map).some((key) => key.startsWith(`${full} `)))) {
    prefix = full;
    prefixTimer = window.setTimeout(() => {
      prefix = "";
    }, 1000);
  }
}

window.addEventListener("keydown", onKeyDown);

/** Keys of a component while it is on the page; the latest map wins. */
export function useKeys(map: KeyMap): void {
  const latest = useRef(map);
  latest.current = map;
  useEffect(() => {
    const proxy: KeyMap = new Proxy({} as KeyMap, {
      get: (_, key: string) => latest.current[key],
      ownKeys: () => Object.keys(latest.current),
      getOwnPropertyDescriptor: (_, key: string) => Object.getOwnPropertyDescriptor(latest.current, key),
    });
    maps.push(proxy);
    return () => {
      maps.splice(maps.indexOf(proxy), 1);
    };
  }, []);
}

/** What Esc does while `active`: the most recent one closes first. */
export function useEscape(active: boolean, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!active) return;
    const entry = () => latest.current();
    escapes.push(entry);
    return () => {
      escapes.splice(escapes.indexOf(entry), 1);
    };
  }, [active]);
}
