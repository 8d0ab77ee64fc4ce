// What a reader has to know before trusting the text beside the costs, one sentence each.
import type { ResolveResponse } from "../lib/api";
import { isCommitHash, shortRef } from "../lib/names";
import { T } from "../texts";
import type { VersionCosts } from "./costs";
import type { Place } from "./override";

export interface DoubtInput {
  version: Pick<VersionCosts, "lines" | "noLine">;
  place: Place;
  answer: ResolveResponse | undefined;
  /** Commit that stands in for a missing ref label. */
  guessed: string | undefined;
}

/** Warnings that are said elsewhere on the page: in our own words below, or by the verdict beside the sums. */
const SAID = new Set(["ref_may_move", "ref_guessed", "version_shifted", "version_differs"]);

export function doubts({ version, place, answer, guessed }: DoubtInput): string[] {
  const notes = new Set<string>();
  if (version.lines.length === 0 && version.noLine) notes.add(`${T.verdicts.no_lines} ${T.advice.no_lines}`);
  if (guessed) notes.add(T.guessNote(shortRef(guessed)));
  else if (place.repository !== "" && place.ref === "" && answer?.text !== undefined) notes.add(T.noRef);
  else if (place.ref !== "" && !isCommitHash(place.ref)) notes.add(T.refMayMove(place.ref));
  for (const { code = "", message } of answer?.warnings ?? [])
    if (!SAID.has(code)) notes.add(message || code);
  if (answer?.source?.uncertain && notes.size === 0) notes.add(T.linesMayNotMatch);
  return [...notes];
}
