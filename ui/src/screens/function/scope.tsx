// All call paths or only the one whose bar was clicked, each with what the function costs there.
import { joinPath, splitPath } from "../../lib/callpath";
import { formatValue } from "../../lib/format";
import { update, urlState } from "../../lib/router";
import type { Query } from "../../lib/use-query";
import type { FunctionCosts } from "../../source/costs";
import { T } from "../../texts";
import { openedPath } from "../profile/focus";

/** The path that can be chosen: that of the link, else of the bar that was clicked. */
export function knownPath(): string[] | undefined {
  const { fn, path } = urlState.value;
  const names = path ? splitPath(path) : openedPath.value;
  return names && names[names.length - 1] === fn ? names : undefined;
}

interface Props {
  path: string[];
  all: Query<FunctionCosts>;
  one: Query<FunctionCosts>;
}

export function ScopeSwitch({ path, all, one }: Props) {
  const { scope } = urlState.value;
  const choices = [["all", T.scopeAll, all] as const, ["path", T.scopePath, one] as const];
  return (
    <fieldset class="segments scope" aria-label={T.scope} title={path.join(" → ")}>
      {choices.map(([name, label, { data, stale }]) => (
        <button
          key={name}
          type="button"
          aria-pressed={(scope ?? "all") === name}
          onClick={() =>
            update(
              name === "path"
                ? { scope: "path", path: joinPath(path) }
                : { scope: undefined, path: undefined },
            )
          }
        >
          {label} <span class="num">{data && !stale ? formatValue(data.total, data.unit) : ""}</span>
        </button>
      ))}
    </fieldset>
  );
}
