// Why is there no source? Or, when there is one, how it was found. The verdict with one action, what was
// asked, every attempt, and what the reader can do.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ConnectButton } from "../../account/connect-button";
import { login } from "../../account/connect";
import { hostLabel, hostOf, hosts } from "../../account/hosts";
import { CopyButton } from "../../components/copy";
import type { ResolveResponse, SourceState } from "../../lib/api";
import { int64 } from "../../lib/format";
import { shortRepository } from "../../lib/names";
import { zone } from "../../lib/preferences";
import { linkTo, rangeOnly, urlState } from "../../lib/router";
import { formatTime } from "../../lib/time";
import type { VersionCosts } from "../../source/costs";
import { languageName } from "../../source/language-names";
import type { Effective } from "../../source/override";
import { T } from "../../texts";
import { Attempts } from "./attempts";
import { OverrideDialog } from "./override-dialog";

const LABELS = `service_repository=https://github.com/owner/repo
service_git_ref=<commit>`;

interface Props {
  fn: string;
  version: VersionCosts;
  place: Effective;
  answer: ResolveResponse;
  retried: boolean;
  onRetry(): void;
}

/** The state as the table of verdicts knows it: which of the labels is missing. */
function reasonOf(state: string, place: Effective): string {
  if (state !== "no_labels") return state;
  if (place.repository === "" && place.ref !== "") return "no_repository";
  if (place.repository !== "" && place.ref === "") return "no_ref";
  return state;
}

export function Why(props: Props) {
  const { answer, place } = props;
  const state = answer.source?.state ?? "";
  const found = state === "ok";
  return (
    <section class="why" aria-label={found ? T.howTitle : T.whyTitle}>
      <h3>{found ? T.howTitle : T.whyTitle}</h3>
      {!found && <Verdict {...props} reason={reasonOf(state, place)} />}
      {found && answer.source?.rule && (
        <p class="muted">{T.foundBy(answer.source.rule.replaceAll("_", " "))}</p>
      )}
      <Asked {...props} />
      {(answer.attempts ?? []).length > 0 && <Attempts attempts={answer.attempts ?? []} />}
      <Warnings answer={answer} />
      {!found && <Advice state={state} answer={answer} />}
    </section>
  );
}

function Verdict({ reason, ...props }: Props & { reason: string }) {
  const { answer, retried } = props;
  const source = answer.source ?? {};
  const sentence =
    T.verdictsOf[reason]?.(shortRepository(props.place.repository)) ??
    T.verdicts[reason] ??
    source.message ??
    reason;
  const retryAt = int64(source.retryAt);
  return (
    <>
      <p class="verdict" data-state={source.state}>
        <span>
          {sentence}{" "}
          {retryAt > 0 && !retried && (
            <span data-testid="retry-at">{T.retryAt(formatTime(retryAt, zone.value))}</span>
          )}
          {retryAt > 0 && retried && T.retriedOnce}
        </span>
        <Action {...props} source={source} />
      </p>
      {source.message && source.message !== sentence && <p class="muted small">{source.message}</p>}
    </>
  );
}

/** The one thing that helps in each case. */
function Action(props: Props & { source: SourceState }): ComponentChildren {
  const { fn, version, place, answer, source, onRetry } = props;
  switch (source.state) {
    case "not_connected":
    case "session_expired": {
      const host = hostOf(hosts.value ?? [], source.provider, place.repository);
      // The row above has the one primary button of the page, and tells how a login goes on.
      if (login.value.phase !== "idle" && login.value.phase !== "connected" && host?.canConnect) return null;
      return <ConnectButton host={host} label={T.account.connect(hostLabel(host))} />;
    }
    case "host_unsupported":
      return (
        <a class="btn" {...linkTo("settings", rangeOnly(urlState.value))}>
          {T.account.hostsLink}
        </a>
      );
    case "no_labels":
    case "forbidden":
    case "repo_not_found":
    case "ref_not_found":
    case "invalid_request":
      return <Edit fn={fn} version={version} place={place} />;
    case "no_mapping":
    case "file_not_found":
    case "java_needs_mapping":
      return (
        <>
          {answer.suggestion && <CopyButton text={answer.suggestion} words={T.copyFragment} />}
          {source.state === "file_not_found" && <Edit fn={fn} version={version} place={place} />}
          <Retry onRetry={onRetry} />
        </>
      );
    case "too_large":
    case "binary":
    case "config_invalid":
      if (source.url) {
        return (
          <a class="btn" href={source.url} target="_blank" rel="noreferrer noopener">
            {T.openAtHost}
          </a>
        );
      }
  }
  return <Retry onRetry={onRetry} />;
}

function Retry({ onRetry }: { onRetry(): void }) {
  return (
    <button type="button" class="btn" onClick={onRetry}>
      {T.retry}
    </button>
  );
}

function Edit(props: { fn: string; version: VersionCosts; place: Effective }) {
  const [editing, edit] = useState(false);
  return (
    <>
      <button type="button" class="btn" onClick={() => edit(true)}>
        {T.edit}
      </button>
      {editing && <OverrideDialog {...props} close={() => edit(false)} />}
    </>
  );
}

function Asked({ fn, version, place }: Props) {
  const language = languageName(version.file, fn);
  return (
    <dl class="asked" aria-label={T.whyInput}>
      <dt>{T.function}</dt>
      <dd>
        <bdi class="mono">{fn}</bdi>
      </dd>
      <dt>{T.file}</dt>
      <dd>{version.file ? <bdi class="mono">{version.file}</bdi> : <span class="muted">{T.noFile}</span>}</dd>
      {language && (
        <>
          <dt>{T.language}</dt>
          <dd>{language}</dd>
        </>
      )}
      <dt>{T.repository}</dt>
      <dd>
        {place.repository ? (
          <bdi class="mono">
            {place.repository} @ {place.ref || "HEAD"}
            {place.root && ` / ${place.root}`}
          </bdi>
        ) : (
          <span class="muted">{T.noRepository}</span>
        )}
        {place.origin !== "labels" && <span class="muted"> ({T.byWhom[place.origin]})</span>}
      </dd>
      <dt>{T.labelsRow}</dt>
      <dd>
        <Label name="service_repository" value={version.repository} />
        <Label name="service_git_ref" value={version.ref} />
        {version.root !== "" && <Label name="service_root_path" value={version.root} />}
      </dd>
    </dl>
  );
}

function Label({ name, value }: { name: string; value: string }) {
  return (
    <span class="label">
      <span class="faint">{name}</span>{" "}
      {value ? <bdi class="mono">{value}</bdi> : <span class="warn-text">{T.labelMissing}</span>}
    </span>
  );
}

function Warnings({ answer }: { answer: ResolveResponse }) {
  const warnings = answer.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <>
      <h4>{T.warningsTitle}</h4>
      <ul class="warnings">
        {warnings.map((warning) => (
          <li key={warning.code}>{warning.message || warning.code}</li>
        ))}
      </ul>
    </>
  );
}

function Advice({ state, answer }: { state: string; answer: ResolveResponse }) {
  const advice = T.advice[state];
  const labels = state === "no_labels";
  if (!advice && !answer.suggestion) return null;
  return (
    <>
      <h4>{T.whatToDo}</h4>
      {advice && <p>{advice}</p>}
      {labels && <Fragment text={LABELS} />}
      {answer.suggestion && (
        <>
          <p>{T.fragmentHint}</p>
          <Fragment text={answer.suggestion} />
        </>
      )}
    </>
  );
}

function Fragment({ text }: { text: string }) {
  return (
    <div class="fragment">
      <pre>{text}</pre>
      <CopyButton text={text} words={T.copyFragment} />
    </div>
  );
}
