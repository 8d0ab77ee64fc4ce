// The rows above the code: what the function is, where it lives, what it costs.
import { hostOf, hosts } from "../../account/hosts";
import { CopyButton } from "../../components/copy";
import { Icon } from "../../components/icon";
import { Path } from "../../components/name";
import type { Commit, SourceState } from "../../lib/api";
import { formatPercent, formatShare, formatValue } from "../../lib/format";
import { shortRef } from "../../lib/names";
import type { FunctionCosts, VersionCosts } from "../../source/costs";
import type { Effective } from "../../source/override";
import { lineAt, webAddress } from "../../source/place-links";
import { T } from "../../texts";
import { CallsRow, calleesOf, callersOf } from "./calls-row";
import { CommitSelect, commitLine } from "./commit-select";
import { RepositoryRow } from "./repository-row";

interface Props {
  costs: FunctionCosts;
  version: VersionCosts;
  place: Effective | undefined;
  /** The line that a link to the host points at. */
  line: number;
  source: SourceState | undefined;
  /** Commit that stands in for a missing ref label. */
  guessed: string | undefined;
  commit(version: { repository: string; ref: string }): Commit | undefined;
  onFile(): void;
  onVersion(version: VersionCosts): void;
  onCompare(before: VersionCosts, after: VersionCosts): void;
  onFunction(name: string): void;
}

export function Facts(props: Props) {
  const { costs, version, place, source, onFunction } = props;
  const { unit, queryTotal } = costs;
  const both = (value: number) => `${formatValue(value, unit)} · ${formatPercent(value, queryTotal)}`;
  return (
    <dl class="facts">
      <dt>{T.functionName}</dt>
      <dd class="row">
        <bdi class="mono wrap" dir="auto" data-testid="function-name">
          {costs.name}
        </bdi>
        <CopyButton text={costs.name} label={T.copyName} />
      </dd>
      <dt>{T.file}</dt>
      <dd>
        {version.file ? (
          <>
            <button type="button" class="call" title={T.openFile(version.file)} onClick={props.onFile}>
              <Path path={version.file} line={version.startLine} />
            </button>
            <CopyButton text={version.file} />
          </>
        ) : (
          <span class="muted">{T.noFile}</span>
        )}
      </dd>
      <dt>{T.startLine}</dt>
      <dd data-testid="start-line">{version.startLine > 0 ? version.startLine : T.none}</dd>
      <dt>{T.repository}</dt>
      <dd class="row repository">
        {place && <RepositoryRow fn={costs.name} version={version} place={place} source={source} />}
      </dd>
      <dt>{T.commit}</dt>
      <dd class="row">
        <CommitRow {...props} />
      </dd>
      <dt>{T.total}</dt>
      <dd>{both(costs.total)}</dd>
      <dt>{T.self}</dt>
      <dd>{both(costs.self)}</dd>
      <CallsRow label={T.callsFrom} entries={callersOf(costs)} unit={unit} onOpen={onFunction} />
      <CallsRow label={T.callsTo} entries={calleesOf(version)} unit={unit} onOpen={onFunction} />
    </dl>
  );
}

function CommitRow(props: Props) {
  const { costs, version, place, source, guessed, commit } = props;
  const { unit } = costs;
  const repository = place?.repository ?? version.repository;
  const details = commit({ repository, ref: place?.ref || guessed || "" });
  const about = commitLine(details);
  const page = webAddress(details?.url ?? "");
  const type = hostOf(hosts.value ?? [], source?.provider, repository)?.type;
  return (
    <>
      <CommitSelect
        versions={costs.versions}
        chosen={version}
        commit={commit}
        total={costs.total}
        unit={unit}
        onChoose={props.onVersion}
        onCompare={props.onCompare}
      />
      {guessed && (
        <span class="badge doubt" title={T.guessHint} data-testid="guess">
          <bdi class="mono">{shortRef(guessed)}</bdi> {T.guess}
        </span>
      )}
      {place && place.ref !== version.ref && place.ref !== "" && (
        <bdi class="mono" title={place.ref}>
          {shortRef(place.ref)}
        </bdi>
      )}
      {costs.versions.length > 1 && (
        <span class="muted nowrap" data-testid="version-share">
          {T.versionShare(
            formatValue(version.total, unit),
            formatValue(costs.total, unit),
            formatShare(version.total, costs.total),
          )}
        </span>
      )}
      {about && (
        <bdi class="about muted" title={about} data-testid="commit-line">
          {page ? (
            <a href={page} target="_blank" rel="noreferrer noopener">
              {about}
            </a>
          ) : (
            about
          )}
        </bdi>
      )}
      {source?.url && (
        <a class="btn" href={lineAt(source.url, props.line, type)} target="_blank" rel="noreferrer noopener">
          <Icon name="external" />
          {T.openAtHost}
        </a>
      )}
    </>
  );
}
