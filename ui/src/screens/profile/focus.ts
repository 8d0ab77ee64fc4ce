import { signal } from "@preact/signals";
import { update, urlState } from "../../lib/router";
import { withFunction } from "../../lib/urlstate";

/** Details opened by key take the focus; by mouse the eye is enough. */
export const focusDetails = signal(false);

export function openDetails(fn: string, byKey: boolean): void {
  focusDetails.value = byKey;
  update(withFunction(urlState.peek(), fn));
}
