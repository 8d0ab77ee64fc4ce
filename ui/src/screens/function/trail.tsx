// The functions that were visited on the way from caller to callee. In memory only: a link names one function.
import { signal } from "@preact/signals";
import { Icon } from "../../components/icon";
import { splitName } from "../../lib/names";
import { T } from "../../texts";

const trail = signal<string[]>([]);
/** Set by a step from one function to the next; anything else starts over. */
let walking = false;

export function noteWalk(): void {
  walking = true;
}

/** The way that leads to `fn`: cut when it was visited before, longer by one after a step. */
export function extendTrail(visited: string[], fn: string, walked: boolean): string[] {
  const at = visited.indexOf(fn);
  if (at >= 0) return visited.slice(0, at + 1);
  return walked ? [...visited, fn] : [fn];
}

export function visit(fn: string): void {
  trail.value = extendTrail(trail.peek(), fn, walking);
  walking = false;
}

export function Trail({ onOpen }: { onOpen(name: string): void }) {
  const visited = trail.value;
  if (visited.length < 2) return null;
  return (
    <nav class="trail" aria-label={T.visited}>
      {visited.map((name, i) => (
        <span key={name}>
          {i > 0 && <Icon name="right" />}
          {i < visited.length - 1 ? (
            <button type="button" class="call" title={name} onClick={() => onOpen(name)}>
              <bdi class="mono">{splitName(name)[1]}</bdi>
            </button>
          ) : (
            <bdi class="mono" aria-current="page" title={name}>
              {splitName(name)[1]}
            </bdi>
          )}
        </span>
      ))}
    </nav>
  );
}
