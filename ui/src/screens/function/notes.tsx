// What stands between the facts and the code: doubts about the text, and trouble that left it on screen.
import { ConnectButton } from "../../account/connect-button";
import { hostOf, hosts } from "../../account/hosts";
import { Icon } from "../../components/icon";
import type { ResolveResponse } from "../../lib/api";
import { type DoubtInput, doubts } from "../../source/doubts";
import type { Place } from "../../source/override";
import type { Verdict } from "../../source/verdict";
import { T } from "../../texts";

export function Notes(props: DoubtInput) {
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
