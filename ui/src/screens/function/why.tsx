// Why is there no source? Or, when there is one, how it was found. The verdict, what was asked, every
// attempt, and what the user can do.
import { useState } from "preact/hooks";
import { CopyButton } from "../../components/copy";
import { Dialog } from "../../components/dialog";
import type { Attempt, ResolveResponse } from "../../lib/api";
import { int64 } from "../../lib/format";
import { shortRef, shortRepository } from "../../lib/names";
import { zone } from "../../lib/preferences";
import { formatTime } from "../../lib/time";
import type { VersionCosts } from "../../source/costs";
import { T } from "../../texts";

const LABELS = `service_repository=https://github.com/owner/repo
service_git_ref=<commit>`;

interface Props {
  fn: string;
  version: VersionCosts;
  answer: ResolveResponse;
  onRetry(): void;
}

export function Why({ fn, version, answer, onRetry }: Props) {
  const state = answer.source?.state ?? "";
  const found = state === "ok";
  const attempts = answer.attempts ?? [];
  const retryAt = int64(answer.source?.retryAt);
  const verdict = T.verdicts[state] ?? answer.source?.message ?? state;
  return (
    <section class="why" aria-label={found ? T.howTitle : T.whyTitle}>
      <h3>{found ? T.howTitle : T.whyTitle}</h3>
      {!found && (
        <p class="verdict" data-state={state}>
          {verdict} {retryAt > 0 && T.retryAt(formatTime(retryAt, zone.value))}
          <button type="button" class="btn" onClick={onRetry}>
            {T.retry}
          </button>
        </p>
      )}
      {!found && answer.source?.message && answer.source.message !== verdict && (
        <p class="muted">{answer.source.message}</p>
      )}
      <dl class="asked" aria-label={T.whyInput}>
        <dt>{T.function}</dt>
        <dd>
          <bdi class="mono">{fn}</bdi>
        </dd>
        <dt>{T.file}</dt>
        <dd>
          {version.file ? <bdi class="mono">{version.file}</bdi> : <span class="muted">{T.noFile}</span>}
        </dd>
        <dt>{T.repository}</dt>
        <dd>
          {version.repository ? (
            <bdi class="mono">
              {version.repository} @ {version.ref || "HEAD"}
            </bdi>
          ) : (
            <span class="muted">{T.noRepository}</span>
          )}
        </dd>
      </dl>
      {attempts.length > 0 && <Attempts attempts={attempts} />}
      {state === "no_labels" && (
        <>
          <p>{T.labelHint}</p>
          <Fragment text={LABELS} />
        </>
      )}
      {answer.suggestion && (
        <>
          <p>{T.fragmentHint}</p>
          <Fragment text={answer.suggestion} />
        </>
      )}
    </section>
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

function resultClass(result: string): string {
  if (result === "ok") return "result ok";
  return result === "config_absent" ? "result muted" : "result err";
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  const head = T.attemptColumns;
  return (
    <div class="scroll">
      <table class="attempts">
        <caption class="sr">{T.whyAttempts}</caption>
        <thead>
          <tr>
            <th class="num">#</th>
            <th>{head.step}</th>
            <th>{head.where}</th>
            <th>{head.path}</th>
            <th>{head.result}</th>
            <th class="num">{head.status}</th>
            <th class="num">{head.ms}</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt, i) => {
            const result = attempt.result ?? "";
            return (
              // An ordered protocol.
              <tr key={i}>
                <td class="num">{i + 1}</td>
                <td>{(attempt.step ?? "").replaceAll("_", " ")}</td>
                <td>
                  <bdi class="mono" title={`${attempt.repo ?? ""}@${attempt.ref ?? ""}`}>
                    {shortRepository(attempt.repo ?? "")}
                    {attempt.ref ? `@${shortRef(attempt.ref)}` : ""}
                  </bdi>
                </td>
                <td>
                  <bdi class="mono wrap">{attempt.path}</bdi>
                </td>
                <td class={resultClass(result)} title={attempt.message}>
                  {result === "ok" ? "✓ " : result === "config_absent" ? "– " : "✗ "}
                  {T.results[result] ?? result.replaceAll("_", " ")}
                </td>
                <td class="num">{attempt.status ? attempt.status : T.none}</td>
                <td class="num">{attempt.cached ? T.cached : (attempt.ms ?? 0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The sign-in itself is set up on the server; until then the button says so. */
export function ConnectButton({ repository }: { repository: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="btn primary" onClick={() => setOpen(true)}>
        {T.connectTo(shortRepository(repository))}
      </button>
      {open && (
        <Dialog title={T.connectTitle} close={() => setOpen(false)}>
          <p class="dialog-body">{T.connectText}</p>
        </Dialog>
      )}
    </>
  );
}
