// Versions among the samples of this function, the one with most samples first. Costs and text below
// always belong to the chosen one.
import { MenuItem, Popover } from "../../components/popover";
import { Icon } from "../../components/icon";
import type { Commit } from "../../lib/api";
import { formatShare, formatValue } from "../../lib/format";
import { shortRef } from "../../lib/names";
import { formatAge } from "../../lib/time";
import type { VersionCosts } from "../../source/costs";
import { T } from "../../texts";

interface Props {
  versions: VersionCosts[];
  chosen: VersionCosts;
  commits: Map<string, Commit>;
  total: number;
  unit: string;
  onChoose(version: VersionCosts): void;
}

function refText(version: VersionCosts): string {
  return version.ref === "" ? T.unknown : shortRef(version.ref);
}

function detail(commit: Commit | undefined): string | undefined {
  if (!commit || commit.error) return undefined;
  const date = (commit.date ?? "").slice(0, 10);
  const age = commit.date ? T.ageOf(date, formatAge(Date.parse(commit.date), Date.now())) : "";
  const subject = (commit.message ?? "").split("\n")[0];
  return [commit.author, age, subject].filter((part) => part).join(" · ");
}

export function CommitSelect({ versions, chosen, commits, total, unit, onChoose }: Props) {
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
          <MenuItem
            key={`${version.repository} ${version.ref} ${version.root} ${version.file}`}
            checked={version === chosen}
            // A line of its own from the start: details arrive late and must not move the list.
            hint={detail(commits.get(version.ref)) ?? "\u00a0"}
            onSelect={() => {
              onChoose(version);
              close();
            }}
          >
            <bdi class="mono">{refText(version)}</bdi> {ofAll(version)}
          </MenuItem>
        ))
      }
    </Popover>
  );
}
