// What the server found out about text and profile, as one short sentence with a reason behind it.
import type { ResolveResponse, VersionCheck } from "../lib/api";
import { T } from "../texts";

export interface Verdict {
  text: string;
  hint: string;
  /** Costs may stand beside the wrong lines. */
  doubt: boolean;
}

/** Undefined when nothing could be compared: silence is better than "unknown" beside every file. */
export function verdictOf(check: VersionCheck | undefined): Verdict | undefined {
  const { verdict, shift = 0, checked = 0, fitting = 0 } = check ?? {};
  switch (verdict) {
    case "matches":
      return { text: T.version.matches, hint: T.versionHint.matches(checked), doubt: false };
    case "shifted":
      return {
        text: T.version.shifted(shift),
        hint: T.versionHint.shifted(fitting, checked, shift),
        doubt: true,
      };
    case "differs":
      return { text: T.version.differs, hint: T.versionHint.differs(fitting, checked), doubt: true };
    default:
      return undefined;
  }
}

/** The commit that was taken because the profile names none; undefined when it does. */
export function guessedCommit(ref: string, answer: ResolveResponse | undefined): string | undefined {
  return ref === "" ? answer?.source?.commit || undefined : undefined;
}

/** How long to wait for the one try that happens by itself; undefined when it is the reader's turn. */
export function retryDelay(state: string, retryAt: number, now: number, tried: boolean): number | undefined {
  if (state !== "rate_limited" || retryAt <= 0 || tried) return undefined;
  return Math.max(0, retryAt - now) + 500;
}
