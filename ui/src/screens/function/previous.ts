import type { Commit } from "../../lib/api";
import type { VersionCosts } from "../../source/costs";

/**
 * The version before `version`: the newest of those with an older commit. Without dates there is no
 * "before", except between two.
 */
export function previousVersion(
  versions: VersionCosts[],
  version: VersionCosts,
  commit: (version: VersionCosts) => Commit | undefined,
): VersionCosts | undefined {
  const date = (v: VersionCosts) => Date.parse(commit(v)?.date ?? "");
  const own = date(version);
  if (Number.isNaN(own)) {
    const known = versions.some((v) => !Number.isNaN(date(v)));
    return versions.length === 2 && !known ? versions.find((v) => v !== version) : undefined;
  }
  const older = versions.filter((v) => v !== version && date(v) < own);
  return older.sort((a, b) => date(b) - date(a))[0];
}
