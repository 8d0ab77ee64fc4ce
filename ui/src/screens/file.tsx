// S6: one file. All its functions at the left, cost per line of all of them at the right.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { hostOf, hosts } from "../account/hosts";
import { CopyButton } from "../components/copy";
import { Icon } from "../components/icon";
import { Path } from "../components/name";
import { NoSamples } from "../components/no-samples";
import { QueryView } from "../components/states";
import { useCatalog } from "../lib/catalog";
import { editorLink, openEditor } from "../lib/editor-link";
import { formatShare, formatValue } from "../lib/format";
import { useKeys } from "../lib/keys";
import { shortRepository, splitPath } from "../lib/names";
import { editorTemplate, heatBasis, tabWidth } from "../lib/preferences";
import { chooseType } from "../lib/profile-types";
import { goBack, navigate, update, urlState } from "../lib/router";
import { withFunction } from "../lib/urlstate";
import { type CodeHandle, CodeView } from "../source/code-view";
import { hottestLine, stepLine, type VersionCosts, versionInLink } from "../source/costs";
import { type FileCosts, type FileVersionCosts, hottestFunction, tintOnly } from "../source/file-costs";
import { lineAt } from "../source/place-links";
import { guessedCommit, verdictOf } from "../source/verdict";
import { T } from "../texts";
import { FunctionList } from "./file/functions";
import { useFileVersions } from "./file/data";
import { ActButtons } from "./function/act-buttons";
import { CommitSelect } from "./function/commit-select";
import { commitKey, useChoice, useCommits, useSource } from "./function/data";
import { LedgerTools } from "./function/head";
import { Notes, Trouble, VersionBadge } from "./function/notes";
import { RepositoryRow } from "./function/repository-row";
import { Why } from "./function/why";
import "../styles/details.css";
import "../styles/code.css";
import "../styles/profile.css";
import "../styles/file.css";

export function FilePage() {
  const { service, type, file = "", fn } = urlState.value;
  const catalog = useCatalog();
  const types = catalog.data?.services.get(service ?? "")?.types ?? [];
  const chosen = type ?? chooseType(types, type);
  const costs = useFileVersions(chosen, file, fn);
  useEffect(() => {
    document.title = T.pageTitle([splitPath(file)[1], service ?? ""].filter((part) => part !== ""));
  }, [file, service]);
  return (
    <div class="details mode-page file-screen">
      <div class="details-head">
        <button
          type="button"
          class="btn quiet icon"
          aria-label={T.back}
          title={`${T.back} (Alt ←)`}
          onClick={goBack}
        >
          <Icon name="left" />
        </button>
        <h1 tabIndex={-1}>
          <bdi>{splitPath(file)[1] || T.file}</bdi>
        </h1>
      </div>
      {!chosen && catalog.data && !catalog.stale ? (
        <NoSamples service={service} />
      ) : (
        <QueryView query={costs} lines={12} class="answer fill">
          {(data) =>
            data.versions.length === 0 ? (
              <div>
                <p class="state">{T.noFileSamples}</p>
                {data.queryTotal === 0 && <NoSamples />}
              </div>
            ) : (
              <Content costs={data} file={file} />
            )
          }
        </QueryView>
      )}
    </div>
  );
}

function openVersion(version: VersionCosts): void {
  update({ ...versionInLink(version), line: undefined });
}

function Content({ costs, file }: { costs: FileCosts; file: string }) {
  const { unit, queryTotal } = costs;
  const { line, fn } = urlState.value;
  const choice = useChoice(costs.versions);
  const version = choice.version as FileVersionCosts;
  const { place } = choice;
  const asked = version.functions.find((f) => f.name === fn) ?? hottestFunction(version.functions);
  const source = useSource(asked?.name ?? "", choice, {
    data: { versions: [version.message] },
    stale: false,
    loading: false,
  });
  const { answer } = source;
  const guessed = place && guessedCommit(place.ref, answer);
  const commits = useCommits(costs.versions);
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const [explain, setExplain] = useState(false);
  const code = useRef<CodeHandle>(null);
  const lines = useMemo(() => tintOnly(version, chosen), [version, chosen]);
  const found = answer?.source?.state === "ok";
  const failed = answer !== undefined && !found;
  const text = found ? (answer.text ?? "") : undefined;
  const hottest = hottestLine(version.lines);
  const start = line?.from ?? hottest?.n ?? 0;
  const page = answer?.source?.url;
  const hostType = place && hostOf(hosts.value ?? [], answer?.source?.provider, place.repository)?.type;
  const labels = { repository: version.repository, ref: version.ref, root: version.root };

  const at = () => code.current?.current() ?? 0;
  const goTo = (target: { n: number } | undefined) => target && code.current?.goTo(target.n);
  const step = (by: 1 | -1) => goTo(stepLine(lines, at(), by));
  const stepVersion = (by: 1 | -1) => {
    const i = costs.versions.indexOf(version) + by + costs.versions.length;
    openVersion(costs.versions[i % costs.versions.length]);
  };
  const editorAt = (n: number) =>
    editorLink(editorTemplate.value, {
      path: answer?.source?.path || file,
      line: String(Math.max(1, n)),
      repo: shortRepository(answer?.source?.repository || place?.repository || ""),
      ref: answer?.source?.commit || place?.ref || "",
    });
  const inEditor = () => {
    const link = editorAt(at() || start);
    if (link) openEditor(link);
  };
  useKeys({
    n: () => step(1),
    p: () => step(-1),
    H: () => goTo(hottest),
    v: () => stepVersion(1),
    V: () => stepVersion(-1),
    o: () => page && window.open(lineAt(page, at() || start, hostType), "_blank", "noopener"),
    O: inEditor,
    "Alt+ArrowLeft": () => void goBack(),
  });

  const details = (name: string) =>
    navigate("function", { ...withFunction(urlState.peek(), name), ...versionInLink(version), file });

  return (
    <>
      <dl class="facts">
        <dt>{T.file}</dt>
        <dd class="row">
          <Path path={file} />
          <CopyButton text={file} />
        </dd>
        <dt>{T.repository}</dt>
        <dd class="row repository">
          {place && (
            <RepositoryRow fn={asked?.name ?? ""} version={version} place={place} source={answer?.source} />
          )}
        </dd>
        <dt>{T.commit}</dt>
        <dd class="row">
          <CommitSelect
            versions={costs.versions}
            chosen={version}
            commit={({ repository, ref }) => commits.get(commitKey(repository, ref))}
            total={costs.total}
            unit={unit}
            onChoose={openVersion}
          />
          {costs.versions.length > 1 && (
            <span class="muted nowrap" data-testid="version-share">
              {T.versionShare(
                formatValue(version.total, unit),
                formatValue(costs.total, unit),
                formatShare(version.total, costs.total),
              )}
            </span>
          )}
          {page && (
            <a class="btn" href={lineAt(page, start, hostType)} target="_blank" rel="noreferrer noopener">
              <Icon name="external" />
              {T.openAtHost}
            </a>
          )}
        </dd>
        {found && answer.source?.rule && (
          <>
            <dt>{T.foundAt}</dt>
            <dd class="row" data-testid="found-by">
              {answer.source.rule.replaceAll("_", " ")}
            </dd>
          </>
        )}
      </dl>
      <div class="file-panes">
        <FunctionList
          version={version}
          unit={unit}
          queryTotal={queryTotal}
          chosen={chosen}
          onChoose={choose}
          onGo={(f) => {
            const first = version.functions.indexOf(f);
            goTo(
              f.startLine > 0
                ? { n: f.startLine }
                : version.lines.find((l) => version.owners.get(l.n)?.includes(first)),
            );
          }}
          onDetails={details}
        />
        <div class="file-code">
          <LedgerTools
            lines={lines}
            unit={unit}
            explain={explain}
            hasAnswer={answer !== undefined}
            failed={failed}
            onExplain={() => setExplain(!explain)}
            onStep={step}
            onHottest={() => goTo(hottest)}
            onLine={(n) => goTo({ n })}
          >
            <ActButtons onEditor={editorAt(start) ? inEditor : undefined} onIssue={undefined} />
          </LedgerTools>
          <Notes version={version} place={place ?? labels} answer={answer} guessed={guessed} />
          {source.trouble && (
            <Trouble place={place ?? labels} trouble={source.trouble} onRetry={source.retry} />
          )}
          {place && answer && (failed || explain) && (
            <Why
              fn={asked?.name ?? ""}
              version={version}
              place={place}
              answer={answer}
              retried={source.retried}
              onRetry={source.retry}
            />
          )}
          {source.error && <p class="banner warn">{source.error.message}</p>}
          <CodeView
            key={`${version.repository} ${version.ref} ${version.root}`}
            lines={lines}
            unit={unit}
            base={queryTotal}
            basis={heatBasis.value}
            text={text}
            loading={source.loading}
            path={answer?.source?.path ?? file}
            start={start}
            sums={{ self: version.self, total: version.total }}
            baseText={T.percentOf(formatValue(queryTotal, unit))}
            sumText={T.sumOfFile}
            tabSize={tabWidth.value}
            verdict={<VersionBadge verdict={failed ? undefined : verdictOf(answer?.version)} />}
            handle={code}
            onLine={(n) => update({ line: { from: n, to: n } })}
            onCall={() => undefined}
          />
        </div>
      </div>
    </>
  );
}
