// S7: one function at two commits, side by side. Each side's shares are of its own query total, because
// two commits hardly ever ran for the same time.
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../components/icon";
import { NoSamples } from "../components/no-samples";
import { Loading, QueryView } from "../components/states";
import { useCatalog } from "../lib/catalog";
import { formatPercent, formatValue } from "../lib/format";
import { heatBasis } from "../lib/preferences";
import { chooseType } from "../lib/profile-types";
import { linkTo, update, urlState } from "../lib/router";
import type { Query } from "../lib/use-query";
import { colorLines, type Piece } from "../source/colored-lines";
import { type Basis, NO_LABEL } from "../source/costs";
import { T } from "../texts";
import { type SideCosts, type SideSource, useQuestions, useSide, useSideSource } from "./compare/data";
import { fewSamples } from "./compare/samples";
import { CompareTable, type TableSide } from "./compare/table";
import { commitLine } from "./function/commit-select";
import { commitKey, useCommits } from "./function/data";
import { Why } from "./function/why";
import { shortRef } from "../lib/names";
import "../styles/code.css";
import "../styles/details.css";
import "../styles/compare.css";

const C = T.compare;

export function Compare() {
  const { service, type, fn, ref, ref2 } = urlState.value;
  const catalog = useCatalog();
  const chosen = type ?? chooseType(catalog.data?.services.get(service ?? "")?.types ?? [], type);
  useEffect(() => {
    document.title = T.pageTitle([C.title, fn ?? "", service ?? ""].filter((part) => part !== ""));
  }, [fn, service]);
  return (
    <div class="compare">
      <div class="details-head">
        <h1 tabIndex={-1}>{C.title}</h1>
        {fn && (
          <bdi class="mono name-line" dir="auto" title={fn}>
            {fn}
          </bdi>
        )}
      </div>
      {!fn || ref === undefined || ref2 === undefined ? (
        <p class="state">{C.needTwo}</p>
      ) : chosen ? (
        <Sides type={chosen} fn={fn} />
      ) : (
        catalog.data && !catalog.stale && <NoSamples service={service} />
      )}
    </div>
  );
}

function Sides({ type, fn }: { type: string; fn: string }) {
  const [question, question2] = useQuestions();
  const left = useSide(type, question);
  const right = useSide(type, question2);
  return (
    <QueryView query={left} lines={12} class="answer fill">
      {(before) => (
        <QueryView query={right} lines={12} class="answer fill">
          {(after) => (
            <Both
              fn={fn}
              before={before}
              after={after}
              ends={[question?.range.end ?? 0, question2?.range.end ?? 0]}
            />
          )}
        </QueryView>
      )}
    </QueryView>
  );
}

const textOf = (source: SideSource | undefined) =>
  source?.answer.source?.state === "ok" ? (source.answer.text ?? "") : undefined;

function useColors(text: string | undefined, path: string): Piece[][] | undefined {
  const [colors, setColors] = useState<{ text: string; lines: Piece[][] | undefined }>();
  useEffect(() => {
    // Nothing of a text stays behind when it is taken away.
    setColors(undefined);
    if (text === undefined) return;
    let live = true;
    colorLines(text, path).then((lines) => live && setColors({ text, lines }));
    return () => {
      live = false;
    };
  }, [text, path]);
  return colors?.text === text ? colors?.lines : undefined;
}

function Both({
  fn,
  before,
  after,
  ends,
}: {
  fn: string;
  before: SideCosts;
  after: SideCosts;
  ends: number[];
}) {
  const [folded, fold] = useState(true);
  const basis = heatBasis.value;
  const sources = [useSideSource(before, ends[0]), useSideSource(after, ends[1])];
  const texts = sources.map((source) => textOf(source.stale ? undefined : source.data));
  const path = (i: number, side: SideCosts) =>
    sources[i].data?.answer.source?.path ?? side.version?.file ?? "";
  const colors = [useColors(texts[0], path(0, before)), useColors(texts[1], path(1, after))];
  const loading = sources.some((source) => source.loading);
  const table = (i: number, side: SideCosts): TableSide => ({
    lines: side.version?.lines ?? NO_LINES,
    queryTotal: side.costs.queryTotal,
    text: texts[i],
    colors: colors[i],
  });
  return (
    <>
      <Tools basis={basis} folded={folded} onFold={fold} />
      <div class="compare-heads">
        <SideHead fn={fn} side={before} other={after} refName={urlState.value.ref} source={sources[0]} />
        <SideHead fn={fn} side={after} other={before} refName={urlState.value.ref2} source={sources[1]} />
      </div>
      {texts[0] !== undefined && texts[0] === texts[1] && <p class="banner muted">{C.same}</p>}
      {loading ? (
        <Loading lines={12} />
      ) : (
        <CompareTable left={table(0, before)} right={table(1, after)} basis={basis} folded={folded} />
      )}
    </>
  );
}

const NO_LINES: TableSide["lines"] = [];

function Tools({ basis, folded, onFold }: { basis: Basis; folded: boolean; onFold(on: boolean): void }) {
  const state = urlState.value;
  return (
    <div class="ledger-tools">
      <a
        class="btn"
        {...linkTo("function", {
          ...state,
          ref2: undefined,
          from2: undefined,
          to2: undefined,
          sel2: undefined,
        })}
      >
        <Icon name="left" />
        {C.back}
      </a>
      <button type="button" class="btn quiet" onClick={() => update(swapped())}>
        {C.swap}
      </button>
      <span class="spacer" />
      <fieldset class="segments" aria-label={T.heat}>
        {(["self", "total"] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={basis === name}
            onClick={() => (heatBasis.value = name)}
          >
            {T.heatOf[name]}
          </button>
        ))}
      </fieldset>
      <button type="button" class="btn quiet" aria-pressed={!folded} onClick={() => onFold(!folded)}>
        {folded ? C.showAll : C.foldAgain}
      </button>
    </div>
  );
}

function swapped() {
  const { ref, ref2, from, to, from2, to2, sel, sel2 } = urlState.peek();
  return {
    ref: ref2,
    ref2: ref,
    ...((from2 || to2) && { from: from2 ?? from, to: to2 ?? to, from2: from, to2: to }),
    ...(sel2 && { sel: sel2, sel2: sel }),
  };
}

interface SideProps {
  fn: string;
  side: SideCosts;
  other: SideCosts;
  refName: string | undefined;
  source: Query<SideSource>;
}

function SideHead({ fn, side, other, refName, source }: SideProps) {
  const { costs, version } = side;
  const ref = refName === NO_LABEL || !refName ? T.unknown : shortRef(refName);
  const commits = useCommits(version ? [version] : []);
  const about = version && commitLine(commits.get(commitKey(version.repository, version.ref)));
  const few = fewSamples(costs, other.costs);
  const answer = source.data?.answer;
  return (
    <section class="compare-side" aria-label={C.side(ref)}>
      <p class="side-line">
        <bdi class="mono ref" title={refName}>
          {ref}
        </bdi>
        {version ? (
          <span class="nowrap" data-testid="side-amount">
            {C.amount(formatValue(version.total, costs.unit), formatPercent(version.total, costs.queryTotal))}
          </span>
        ) : (
          <span class="warn-text">{C.noSide}</span>
        )}
        <span class="faint nowrap">{formatValue(costs.queryTotal, costs.unit)}</span>
        {few && (
          <span class="badge doubt" title={C.fewSamplesHint}>
            {C.fewSamples}
          </span>
        )}
      </p>
      <p class="about muted small" title={about}>
        {about ?? "\u00a0"}
      </p>
      {source.error && <p class="banner warn">{source.error.message}</p>}
      {version && source.data && answer && answer.source?.state !== "ok" && (
        <Why
          fn={fn}
          version={version}
          place={source.data.place}
          answer={answer}
          retried={false}
          onRetry={source.retry}
        />
      )}
    </section>
  );
}
