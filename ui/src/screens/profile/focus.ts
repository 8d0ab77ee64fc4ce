import { signal } from "@preact/signals";
import { update, urlState } from "../../lib/router";
import { detailsEnabled } from "../../lib/settings";
import { withFunction } from "../../lib/urlstate";

/** Details opened by key take the focus; by mouse the eye is enough. */
export const focusDetails = signal(false);

/** Does nothing while the tenant has switched details off: a bar or a row is then only looked at. */
export function openDetails(fn: string, byKey: boolean): void {
  if (!detailsEnabled.peek()) return;
  focusDetails.value = byKey;
  update(withFunction(urlState.peek(), fn));
}
