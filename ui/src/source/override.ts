// Where the source of a version is read from. The labels say it, unless somebody overrode them: the link,
// else this browser for the service, else the administrator of the server.

import { signal } from "@preact/signals";

export interface Place {
  repository: string;
  ref: string;
  root: string;
}

/** Fields that are not overridden are left out: they stay those of the labels. */
export type Override = Partial<Place>;

export type Origin = "labels" | "administrator" | "browser" | "link";

export interface Effective extends Place {
  origin: Origin;
}

const FIELDS = ["repository", "ref", "root"] as const;

export function samePlace(a: Place, b: Place): boolean {
  return FIELDS.every((field) => a[field] === b[field]);
}

/** The fields in which `place` differs from the labels; undefined when it does not. */
export function overrideOf(labels: Place, place: Place): Override | undefined {
  const differing = FIELDS.filter((field) => place[field] !== labels[field]);
  return differing.length === 0
    ? undefined
    : Object.fromEntries(differing.map((field) => [field, place[field]]));
}

export interface Sources {
  link?: Override;
  browser?: Override;
  administrator?: Override;
}

/** The first of link, browser and administrator that changes anything wins as a whole. */
export function effectivePlace(labels: Place, sources: Sources): Effective {
  for (const origin of ["link", "browser", "administrator"] as const) {
    const place = { ...labels, ...sources[origin] };
    if (!samePlace(place, labels)) return { ...place, origin };
  }
  return { ...labels, origin: "labels" };
}

export type PlaceErrors = { [K in keyof Place]?: true };

const SEGMENT = /^[A-Za-z0-9._-]+$/;
const validName = (name: string) => SEGMENT.test(name) && name !== "." && name !== "..";

function validRepository(text: string, configured: string[]): boolean {
  if (configured.includes(text)) return true;
  if (/^file:\/\/\/.+/.test(text)) return true;
  const path = /^(?:(?:https?|ssh|git):\/\/[^/\s]+\/|git@[^\s:/]+:)?(.+)$/.exec(text)?.[1] ?? "";
  const parts = path
    .replace(/[?#].*$/, "")
    .replace(/\/+$/, "")
    .split("/");
  return parts.length >= 2 && parts.every(validName);
}

/** The rules of git check-ref-format, as the server applies them. */
function validRef(ref: string): boolean {
  if (ref === "" || ref === "@" || ref.startsWith("-") || ref.endsWith(".")) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(ref) || ref.includes("..") || ref.includes("@{")) return false;
  return ref.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

function validRoot(root: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(root) || root.startsWith("/")) return false;
  return root.split("/").every((part) => part !== "..");
}

/** `configured`: names of repositories that the server knows without an address. */
export function checkPlace(place: Place, configured: string[] = []): PlaceErrors {
  return {
    ...(!validRepository(place.repository, configured) && { repository: true as const }),
    ...(!validRef(place.ref) && { ref: true as const }),
    ...(!validRoot(place.root) && { root: true as const }),
  };
}

const KEY = "flameline.overrides";
/** Grows when what this browser remembers has changed. */
export const overridesChanged = signal(0);

export function readOverrides(text: string | null): Record<string, Override> {
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    if (typeof parsed !== "object" || parsed === null) return {};
    const result: Record<string, Override> = {};
    for (const [service, value] of Object.entries(parsed)) {
      if (typeof value !== "object" || value === null) continue;
      const entries = FIELDS.map((field) => [field, (value as Override)[field]] as const);
      result[service] = Object.fromEntries(entries.filter((entry) => typeof entry[1] === "string"));
    }
    return result;
  } catch {
    return {};
  }
}

function all(): Record<string, Override> {
  try {
    return readOverrides(localStorage.getItem(KEY));
  } catch {
    return {};
  }
}

export function rememberedOverride(service: string): Override | undefined {
  return Object.hasOwn(all(), service) ? all()[service] : undefined;
}

export function rememberOverride(service: string, override: Override | undefined): void {
  const rest = Object.entries(all()).filter(([name]) => name !== service);
  const next = override ? [...rest, [service, override]] : rest;
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(next)));
  } catch {
    // Then it lasts as long as the link.
  }
  overridesChanged.value += 1;
}
