// The time range of the page. "now" is pinned, so that all panels ask for exactly the same
// milliseconds and their numbers agree; Refresh and every change of the range pin it anew.
import { computed, effect, signal } from "@preact/signals";
import { urlState } from "./router";
import { clearCache } from "./rpc";
import { isRelative, type Range, resolveRange } from "./time";

const pinned = signal(Date.now());
/** Grows with every Refresh; lists that must not reshuffle by themselves watch it. */
export const refreshCount = signal(0);

let expression = "";
effect(() => {
  const { from, to } = urlState.value;
  const next = `${from} ${to}`;
  if (next !== expression) {
    expression = next;
    pinned.value = Date.now();
  }
});

export const range = computed<Range>(() => {
  const { from, to } = urlState.value;
  const now = pinned.value;
  return resolveRange(from, to, now) ?? { start: now - 1_800_000, end: now };
});

export function refresh(): void {
  clearCache();
  pinned.value = Date.now();
  refreshCount.value += 1;
}

/** Pins now again without counting as the user's Refresh: values move, order stays. */
export function autoRefresh(): void {
  const { from, to } = urlState.peek();
  if (isRelative(from) || isRelative(to)) pinned.value = Date.now();
}

/** The range of equal length just before. */
export function previousRange(r: Range): Range {
  return { start: r.start - (r.end - r.start) - 1, end: r.start - 1 };
}
