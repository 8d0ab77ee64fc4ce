// Texts that are on screen or were just now. A session that ends, a host that is down or a new question
// about the same file must not take away what the reader is looking at; disconnecting must.
import type { ResolveResponse } from "../lib/api";

const LIMIT = 20;
const texts = new Map<string, ResolveResponse>();

/** States that say nothing about the file itself. */
const PASSING = new Set(["session_expired", "rate_limited", "host_unreachable", "timeout"]);

export function dropTexts(): void {
  texts.clear();
}

export interface Shown {
  /** What the page shows: the newest answer, or the text from before. */
  answer: ResolveResponse | undefined;
  /** Why the text from before is shown although a newer answer is here. */
  trouble: ResolveResponse | undefined;
}

/** `file` names what is asked for; `fresh` is its answer, or undefined while that is on its way. */
export function keep(file: string, fresh: ResolveResponse | undefined): Shown {
  if (fresh?.source?.state === "ok") {
    texts.delete(file);
    texts.set(file, fresh);
    for (const oldest of texts.keys()) {
      if (texts.size <= LIMIT) break;
      texts.delete(oldest);
    }
    return { answer: fresh, trouble: undefined };
  }
  const before = texts.get(file);
  if (!fresh) return { answer: before, trouble: undefined };
  if (before && PASSING.has(fresh.source?.state ?? "")) return { answer: before, trouble: fresh };
  return { answer: fresh, trouble: undefined };
}
