// The rows above the code: what the function is, where it lives, what it costs.
import { CopyButton } from "../../components/copy";
import { Icon } from "../../components/icon";
import { Path } from "../../components/name";
import type { Commit, SourceState } from "../../lib/api";
import { formatPercent, formatShare, formatValue } from "../../lib/format";
import { shortRepository } from "../../lib/names";
import type { FunctionCosts, VersionCosts } from "../../source/costs";
import { T } from "../../texts";
import { CallsRow, calleesOf, callersOf } from "./calls-row";
import { CommitSelect } from "./commit-select";
import { ConnectButton } from "./why";

interface Props {
  costs: FunctionCosts;
  version: VersionCosts;
  /** The line that a link to the host points at. */
  line: number;
  source: SourceState | undefined;
  commits: Map<string, Commit>;
  onVersion(version: VersionCosts): void;
  onFunction(name: string): void;
}

const NEEDS_LOGIN = new Set(["not_connected", "session_expired"]);

/** Only addresses of the web become links; anything else a label may hold is shown as text. */
function webAddress(text: string): string | undefined {
  return /^https?:\/\//.test(text) ? text.replace(/\.git$/, "") : undefined;
}

/** All hosts that we know name lines of a page in this way. */
export function lineAt(url: string, line: number): string {
  return line > 0 && !url.includes("#") ? `${url}#L${line}` : url;
}

export function Facts({ costs, version, line, source, commits, onVersion, onFunction }: Props) {
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
            <Path path={version.file} line={version.startLine} />
            <CopyButton text={version.file} />
          </>
        ) : (
          <span class="muted">{T.noFile}</span>
        )}
      </dd>
      <dt>{T.startLine}</dt>
      <dd data-testid="start-line">{version.startLine > 0 ? version.startLine : T.none}</dd>
      <dt>{T.repository}</dt>
      <dd class="row">
        <Repository version={version} source={source} />
      </dd>
      <dt>{T.commit}</dt>
      <dd class="row">
        <CommitSelect
          versions={costs.versions}
          chosen={version}
          commits={commits}
          total={costs.total}
          unit={unit}
          onChoose={onVersion}
        />
        {costs.versions.length > 1 && (
          <span class="muted" data-testid="version-share">
            {T.versionShare(
              formatValue(version.total, unit),
              formatValue(costs.total, unit),
              formatShare(version.total, costs.total),
            )}
          </span>
        )}
        {source?.url && (
          <a class="btn" href={lineAt(source.url, line)} target="_blank" rel="noreferrer noopener">
            <Icon name="external" />
            {T.openAtHost}
          </a>
        )}
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

function Repository({ version, source }: { version: VersionCosts; source: SourceState | undefined }) {
  if (version.repository === "") return <span class="muted">{T.noRepository}</span>;
  if (NEEDS_LOGIN.has(source?.state ?? "")) return <ConnectButton repository={version.repository} />;
  const name = <bdi class="mono">{shortRepository(version.repository)}</bdi>;
  const address = webAddress(version.repository);
  if (!address) return name;
  return (
    <a href={address} target="_blank" rel="noreferrer noopener">
      {name}
    </a>
  );
}
