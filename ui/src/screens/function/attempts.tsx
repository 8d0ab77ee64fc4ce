// The protocol of a search for source: what was tried, where, and how it went.
import type { Attempt } from "../../lib/api";
import { shortRef, shortRepository } from "../../lib/names";
import { T } from "../../texts";

function kind(result: string): "ok" | "none" | "bad" {
  if (result === "ok") return "ok";
  return result === "config_absent" ? "none" : "bad";
}

const CLASSES = { ok: "result ok", none: "result muted", bad: "result err" };
const ICONS = { ok: "✓", none: "–", bad: "✗" };

export function Attempts({ attempts }: { attempts: Attempt[] }) {
  const head = T.attemptColumns;
  return (
    // Scrolls sideways on narrow screens, so it must be reachable by key.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
    <section class="scroll" tabIndex={0} aria-label={T.whyAttempts}>
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
          {attempts.map((attempt, i) => (
            // An ordered protocol.
            <Row key={i} n={i + 1} attempt={attempt} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ n, attempt }: { n: number; attempt: Attempt }) {
  const result = attempt.result ?? "";
  const how = kind(result);
  return (
    <tr>
      <td class="num">{n}</td>
      <td class="nowrap">{(attempt.step ?? "").replaceAll("_", " ")}</td>
      <td class="nowrap">
        <bdi class="mono" title={`${attempt.repo ?? ""}@${attempt.ref ?? ""}`}>
          {shortRepository(attempt.repo ?? "")}
          {attempt.ref ? `@${shortRef(attempt.ref)}` : ""}
        </bdi>
      </td>
      <td>
        <bdi class="mono wrap">{attempt.path}</bdi>
      </td>
      <td class={CLASSES[how]}>
        <span aria-hidden="true">{ICONS[how]}</span> {T.results[result] ?? result.replaceAll("_", " ")}
        {attempt.message && how === "bad" && <span class="faint detail">{attempt.message}</span>}
      </td>
      <td class="num">{attempt.status ? attempt.status : T.none}</td>
      <td class="num">{attempt.cached ? T.cached : (attempt.ms ?? 0)}</td>
    </tr>
  );
}
