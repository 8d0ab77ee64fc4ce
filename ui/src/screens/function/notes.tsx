// What stands between the facts and the code: doubts about the text, and trouble that left it on screen.
import { ConnectButton } from "../../account/connect-button";
import { hostOf, hosts } from "../../account/hosts";
import { Icon } from "../../components/icon";
import type { ResolveResponse } from "../../lib/api";
import { isCommitHash, shortRef } from "../../lib/names";
import type { VersionCosts } from "../../source/costs";
import type { Place } from "../../source/override";
import type { Verdict } from "../../source/verdict";
import { T } from "../../texts";

interface Props {
  version: VersionCosts;
  place: Place;
  answer: ResolveResponse | undefined;
  guessed: string | undefined;
}

/** A text that belongs to another commit is said in a line of its own as well as in the short badge. */
function doubts({ version, place, answer, guessed }: Props): string[] {
  const notes = new Set<string>();
  if (version.lines.length === 0 && version.noLine) notes.add(`${T.verdicts.no_lines} ${T.advice.no_lines}`);
  if (guessed) notes.add(T.guessNote(shortRef(guessed)));
  else if (place.repository !== "" && place.ref === "" && answer?.text !== undefined) notes.add(T.noRef);
  else if (place.ref !== "" && !isCommitHash(place.ref)) notes.add(T.refMayMove(place.ref));
  for (const warning of answer?.warnings ?? []) {
    if (warning.code === "ref_may_move" || (guessed && /guess/.test(warning.code ?? ""))) continue;
    notes.add(warning.message || (warning.code ?? ""));
  }
  if (answer?.source?.uncertain && notes.size === 0) notes.add(T.linesMayNotMatch);
  return [...notes];
}

export function Notes(props: Props) {
  return (
    <>
      {doubts(props).map((note) => (
        <p class="banner warn" key={note}>
          {note}
        </p>
      ))}
    </>
  );
}

/** The text stays; what stopped a newer one is said above it. */
export function Trouble({
  place,
  trouble,
  onRetry,
}: {
  place: Place;
  trouble: ResolveResponse;
  onRetry(): void;
}) {
  const state = trouble.source?.state ?? "";
  const host = hostOf(hosts.value ?? [], trouble.source?.provider, place.repository);
  return (
    <p class="banner warn trouble" role="status">
      {state === "session_expired" ? T.keptText : (T.verdicts[state] ?? trouble.source?.message)}
      {state === "session_expired" ? (
        <ConnectButton host={host} label={T.account.reconnect} />
      ) : (
        <button type="button" class="btn" onClick={onRetry}>
          {T.retry}
        </button>
      )}
    </p>
  );
}

export function VersionBadge({ verdict }: { verdict: Verdict | undefined }) {
  if (!verdict) return null;
  return (
    <span
      class={verdict.doubt ? "verdict-badge doubt" : "verdict-badge"}
      title={verdict.hint}
      data-testid="verdict"
    >
      <Icon name={verdict.doubt ? "warn" : "check"} />
      {verdict.text}
      <span class="sr">. {verdict.hint}</span>
    </span>
  );
}
