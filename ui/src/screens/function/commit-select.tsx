// Versions among the samples of this function, the one with most samples first. Costs and text below
// always belong to the chosen one.
import { Icon } from "../../components/icon";
import { MenuItem, Popover } from "../../components/popover";
import type { Commit } from "../../lib/api";
import { formatShare, formatValue } from "../../lib/format";
import { initialsOf, shortRef } from "../../lib/names";
import { formatAge } from "../../lib/time";
import type { VersionCosts } from "../../source/costs";
import { T } from "../../texts";
import { previousVersion } from "./previous";

interface Props {
  versions: VersionCosts[];
  chosen: VersionCosts;
  commit(version: VersionCosts): Commit | undefined;
  total: number;
  unit: string;
  onChoose(version: VersionCosts): void;
  /** Opens the older one beside the newer one; undefined where there is nothing to compare. */
  onCompare?: (before: VersionCosts, after: VersionCosts) => void;
}

export function refText(version: { ref: string }): string {
  return version.ref === "" ? T.unknown : shortRef(version.ref);
}

/** Author, date and subject; undefined while or when they are not known. */
export function commitLine(commit: Commit | undefined): string | undefined {
  if (!commit || commit.error) return undefined;
  const date = (commit.date ?? "").slice(0, 10);
  const age = commit.date ? T.ageOf(date, formatAge(Date.parse(commit.date), Date.now())) : "";
  const subject = (commit.message ?? "").split("\n")[0];
  return [commit.author, age, subject].filter((part) => part).join(" · ");
}

export function CommitSelect(props: Props) {
  const { versions, chosen, commit, total, unit } = props;
  const ofAll = (version: VersionCosts) =>
    T.valueAndShare(formatValue(version.total, unit), formatShare(version.total, total));
  return (
    <Popover
      label={T.chooseCommit}
      name={[`${T.chooseCommit}:`, refText(chosen), versions.length === 1 ? ofAll(chosen) : ""]
        .join(" ")
        .trim()}
      role="menu"
      class="btn commit"
      button={
        <>
          <bdi class="mono">{refText(chosen)}</bdi>
          {versions.length === 1 && <span class="muted">{ofAll(chosen)}</span>}
          <Icon name="down" />
        </>
      }
    >
      {(close) =>
        versions.map((version) => (
          <div
            class="commit-entry"
            key={`${version.repository} ${version.ref} ${version.root} ${version.file}`}
          >
            <MenuItem
              checked={version === chosen}
              // A line of its own from the start: details arrive late and must not move the list.
              hint={commitLine(commit(version)) ?? "\u00a0"}
              onSelect={() => {
                props.onChoose(version);
                close();
              }}
            >
              <span class="initials" aria-hidden="true">
                {initialsOf(commit(version)?.author)}
              </span>
              <bdi class="mono">{refText(version)}</bdi> {ofAll(version)}
            </MenuItem>
            <Comparisons {...props} version={version} close={close} />
          </div>
        ))
      }
    </Popover>
  );
}

function Comparisons(props: Props & { version: VersionCosts; close(): void }) {
  const { versions, chosen, commit, version, close, onCompare } = props;
  const previous = previousVersion(versions, version, commit);
  const item = (label: string, before: VersionCosts, after: VersionCosts) => (
    <button
      type="button"
      role="menuitem"
      class="compare-entry"
      aria-label={`${label}: ${T.compareThisWith(refText(before), refText(after))}`}
      onClick={() => {
        close();
        onCompare?.(before, after);
      }}
    >
      {label}
    </button>
  );
  if (versions.length < 2 || !onCompare) return null;
  return (
    <span class="comparisons">
      {version !== chosen && item(T.compareThis, version, chosen)}
      {previous && item(T.comparePrevious, previous, version)}
    </span>
  );
}
