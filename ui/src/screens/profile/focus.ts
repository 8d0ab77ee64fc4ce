import { signal } from "@preact/signals";
import { update, urlState } from "../../lib/router";
import { detailsEnabled } from "../../lib/settings";
import { withFunction } from "../../lib/urlstate";

/** Details opened by key take the focus; by mouse the eye is enough. */
export const focusDetails = signal(false);

/** The call path of the bar that the details were opened from; in memory, until a reader asks for it alone. */
export const openedPath = signal<string[] | undefined>(undefined);

/** Does nothing while the tenant has switched details off: a bar or a row is then only looked at. */
export function openDetails(fn: string, byKey: boolean, path?: string[]): void {
  if (!detailsEnabled.peek()) return;
  focusDetails.value = byKey;
  openedPath.value = path;
  update(withFunction(urlState.peek(), fn));
}
