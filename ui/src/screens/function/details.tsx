// S5: one function. Facts, then cost per line; the text of the file joins when it arrives.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { NoSamples } from "../../components/no-samples";
import { QueryView } from "../../components/states";
import { hostOf, hosts } from "../../account/hosts";
import { joinPath, splitPath, walkPath } from "../../lib/callpath";
import { formatPercent, formatValue } from "../../lib/format";
import { useEscape, useKeys } from "../../lib/keys";
import { shortRepository } from "../../lib/names";
import { editorTemplate, heatBasis, percentBase as defaultBase, tabWidth } from "../../lib/preferences";
import { goBack, navigate, update, urlState } from "../../lib/router";
import { withFunction } from "../../lib/urlstate";
import { editorLink, openEditor } from "../../lib/editor-link";
import { hasIssueForm, newIssueLink } from "../../source/issue";
import {
  type FunctionCosts,
  hottestLine,
  stepLine,
  sumSelf,
  type VersionCosts,
  versionInLink,
  withFile,
} from "../../source/costs";
import { type CodeHandle, CodeView } from "../../source/code-view";
import { lineAt } from "../../source/place-links";
import type { Effective } from "../../source/override";
import { guessedCommit, verdictOf } from "../../source/verdict";
import { T } from "../../texts";
import { focusDetails } from "../profile/focus";
import { ActButtons } from "./act-buttons";
import { commitKey, useChoice, useCommits, useFileCosts, useFunctionCosts, useSource } from "./data";
import { refText } from "./commit-select";
import { CopyMenu } from "./copy-menu";
import { Facts } from "./facts";
import { DetailsHead, LedgerTools } from "./head";
import { Notes, Trouble, VersionBadge } from "./notes";
import { knownPath, ScopeSwitch } from "./scope";
import { noteWalk, Trail, visit } from "./trail";
import { Why } from "./why";
import "../../styles/details.css";
import "../../styles/code.css";

interface Props {
  mode: "dock" | "page";
  type: string;
}

export function FunctionDetails({ mode, type }: Props) {
  const { fn, scope } = urlState.value;
  const path = knownPath();
  const all = useFunctionCosts(type, fn, []);
  const one = useFunctionCosts(type, path && fn, path ?? []);
  const costs = path && scope === "path" ? one : all;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (fn) visit(fn);
    if (!focusDetails.peek()) return;
    focusDetails.value = false;
    heading.current?.focus();
  }, [fn]);
  const close = () => update(withFunction(urlState.peek(), undefined));
  useEscape(mode === "dock", close);
  useKeys({
    "Alt+ArrowLeft": () => void goBack(),
    ...(mode === "dock" && {
      x: close,
      m: () => navigate("function", urlState.peek()),
    }),
  });
  return (
    <div class={`details mode-${mode}`}>
      <DetailsHead mode={mode} heading={heading} onClose={close} />
      {path && <ScopeSwitch path={path} all={all} one={one} />}
      <QueryView query={costs} lines={10} class="answer fill">
        {(data) =>
          data.versions.length === 0 ? (
            <div>
              <p class="state">{T.noFunctionSamples}</p>
              {data.queryTotal === 0 && <NoSamples />}
            </div>
          ) : (
            <Breakdown costs={data} type={type} />
          )
        }
      </QueryView>
    </div>
  );
}

function openVersion(version: VersionCosts): void {
  update({ ...versionInLink(version), line: undefined, file: undefined });
}

/** The older version at the left, as readers of changes are used to. */
function compare(before: VersionCosts, after: VersionCosts): void {
  const { repo, ref, root } = versionInLink(before);
  navigate("compare", {
    ...urlState.peek(),
    repo,
    ref,
    root,
    ref2: versionInLink(after).ref,
    line: undefined,
  });
}

/** The whole file at the version that is shown, or at the place that the link puts before it. */
function openFile(version: VersionCosts, place: Effective | undefined): void {
  const state = urlState.peek();
  navigate("file", {
    ...state,
    ...(place?.origin !== "link" && versionInLink(version)),
    file: version.file,
    line: undefined,
    scope: undefined,
    path: undefined,
  });
}

/** To a callee or caller at the same version; the way back returns to the line that was left. */
function walkTo(name: string, version: VersionCosts, line: number | undefined): void {
  if (line !== undefined) update({ line: { from: line, to: line } });
  noteWalk();
  const { scope, path } = urlState.peek();
  update({
    ...withFunction(urlState.peek(), name),
    ...versionInLink(version),
    ...(scope && path && { scope, path: joinPath(walkPath(splitPath(path), name)) }),
  });
}

function Breakdown({ costs, type }: { costs: FunctionCosts; type: string }) {
  const { line, base = defaultBase.value } = urlState.value;
  const choice = useChoice(costs.versions);
  const { version, place } = choice;
  const labels = { repository: version.repository, ref: version.ref, root: version.root };
  const fileCosts = useFileCosts(type, version);
  const source = useSource(costs.name, choice, fileCosts);
  const { answer } = source;
  const guessed = place && guessedCommit(place.ref, answer);
  const commits = useCommits([
    ...costs.versions,
    ...(place ? [{ repository: place.repository, ref: place.ref || guessed || "" }] : []),
  ]);
  const [whole, setWhole] = useState(true);
  const [explain, setExplain] = useState(false);
  const [announced, announce] = useState("");
  const code = useRef<CodeHandle>(null);
  const fileData = whole && !fileCosts.stale ? fileCosts.data : undefined;
  const lines = useMemo(() => withFile(version.lines, fileData), [version, fileData]);
  const text = answer?.source?.state === "ok" ? (answer.text ?? "") : undefined;
  const percentBase = base === "fn" ? costs.total : costs.queryTotal;
  const hottest = hottestLine(version.lines);
  const start = line?.from ?? hottest?.n ?? version.startLine;

  function goTo(target: { n: number; self: number; total: number } | undefined) {
    if (!target) return;
    code.current?.goTo(target.n);
    announce(
      T.announceLine(target.n, formatValue(target.self, costs.unit), formatValue(target.total, costs.unit)),
    );
  }
  const at = () => code.current?.current() ?? 0;
  const switchBase = () => {
    const next = base === "fn" ? "query" : "fn";
    update({ base: next === defaultBase.peek() ? undefined : next });
  };
  const stepVersion = (by: 1 | -1) => {
    const i = costs.versions.indexOf(version) + by;
    openVersion(costs.versions[(i + costs.versions.length) % costs.versions.length]);
  };
  const page = answer?.source?.url;
  const hostType = place && hostOf(hosts.value ?? [], answer?.source?.provider, place.repository)?.type;
  const input = {
    name: costs.name,
    place: T.placeAt(version.file || costs.name, version.startLine, refText(version)),
    url: page && lineAt(page, version.startLine, hostType),
    unit: costs.unit,
    queryTotal: costs.queryTotal,
    total: version.total,
    lines: version.lines,
    text,
  };
  const editorAt = (n: number) =>
    editorLink(editorTemplate.value, {
      path: answer?.source?.path || version.file,
      line: String(Math.max(1, n)),
      repo: shortRepository(answer?.source?.repository || place?.repository || ""),
      ref: answer?.source?.commit || place?.ref || "",
    });
  const inEditor = () => {
    const link = editorAt(at() || start);
    if (link) openEditor(link);
  };
  const newIssue = () => {
    const title = T.issueTitle(costs.name, formatPercent(version.total, costs.queryTotal));
    const link = newIssueLink(hostType, page, title, input);
    if (link) window.open(link, "_blank", "noopener");
  };

  useKeys({
    n: () => goTo(stepLine(lines, at(), 1)),
    p: () => goTo(stepLine(lines, at(), -1)),
    H: () => goTo(hottest),
    b: switchBase,
    v: () => stepVersion(1),
    V: () => stepVersion(-1),
    o: () => page && window.open(lineAt(page, at() || start, hostType), "_blank", "noopener"),
    O: inEditor,
  });

  const failed = answer !== undefined && answer.source?.state !== "ok";
  return (
    <>
      <Trail onOpen={(name) => walkTo(name, version, undefined)} />
      <Facts
        costs={costs}
        version={version}
        place={place}
        line={start}
        source={answer?.source}
        guessed={guessed}
        commit={({ repository, ref }) => commits.get(commitKey(repository, ref))}
        onFile={() => openFile(version, place)}
        onVersion={openVersion}
        onCompare={compare}
        onFunction={(name) => walkTo(name, version, at() || undefined)}
      />
      <LedgerTools
        lines={lines}
        unit={costs.unit}
        whole={whole}
        explain={explain}
        hasAnswer={answer !== undefined}
        failed={failed}
        onWhole={setWhole}
        onExplain={() => setExplain(!explain)}
        onStep={(by) => goTo(stepLine(lines, at(), by))}
        onHottest={() => goTo(hottest)}
        onLine={(n) => goTo(lines.find((candidate) => candidate.n === n))}
      >
        <CopyMenu file={answer?.source?.path || version.file} line={() => at() || start} input={input} />
        <ActButtons
          onEditor={editorAt(start) ? inEditor : undefined}
          onIssue={hasIssueForm(hostType, page) ? newIssue : undefined}
        />
      </LedgerTools>
      <Notes version={version} place={place ?? labels} answer={answer} guessed={guessed} />
      {source.trouble && <Trouble place={place ?? labels} trouble={source.trouble} onRetry={source.retry} />}
      {place && answer && (failed || explain) && (
        <Why
          fn={costs.name}
          version={version}
          place={place}
          answer={answer}
          retried={source.retried}
          onRetry={source.retry}
        />
      )}
      {source.error && <p class="banner warn">{source.error.message}</p>}
      {version.noLine && (
        <p class="banner muted">
          {T.noLineRow}: {formatValue(version.noLine.total, costs.unit)}
        </p>
      )}
      <CodeView
        key={`${version.repository} ${version.ref} ${version.root} ${version.file}`}
        lines={lines}
        unit={costs.unit}
        base={percentBase}
        basis={heatBasis.value}
        text={text}
        loading={source.loading}
        path={answer?.source?.path ?? version.file}
        start={start}
        sums={{ self: sumSelf(version.lines) + (version.noLine?.self ?? 0), total: version.total }}
        baseText={T.percentOf(formatValue(percentBase, costs.unit))}
        sumText={T.sumOfFunction}
        tabSize={tabWidth.value}
        verdict={<VersionBadge verdict={failed ? undefined : verdictOf(answer?.version)} />}
        handle={code}
        onBase={switchBase}
        onLine={(n) => update({ line: { from: n, to: n } })}
        onCall={(n, name) => walkTo(name, version, n)}
      />
      <span class="sr" aria-live="polite" data-testid="announce">
        {announced}
      </span>
    </>
  );
}
