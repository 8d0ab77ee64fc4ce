// Callers above, callees below, the function between them: two graphs of merged stacks.
import { useMemo } from "preact/hooks";
import { FlameGraph, type FlameProps } from "../../flame/flame-graph";
import { nodeName, ROOT } from "../../flame/model";
import type { Sandwich } from "../../flame/sandwich";
import { T } from "../../texts";

type Shared = Pick<FlameProps, "unit" | "base" | "place" | "onHover">;

interface Props extends Shared {
  data: Sandwich;
  onOpen(name: string, byKey: boolean): void;
}

export function SandwichView({ data, unit, base, place, onHover, onOpen }: Props) {
  // The function itself is the root of both graphs and carries the name of the sandwich.
  const marked = useMemo(() => new Set<number>(), []);
  const half = (model: Sandwich["callers"], label: string) => (
    <section class="sandwich-half" aria-label={label}>
      <h3>{label}</h3>
      <FlameGraph
        model={model}
        unit={unit}
        base={base}
        focus={ROOT}
        matches={undefined}
        marked={marked}
        place={place}
        onHover={onHover}
        onFocus={() => undefined}
        onOpen={(node, byKey) => onOpen(nodeName(model, node), byKey)}
      />
    </section>
  );
  return (
    <div class="sandwich">
      {half(data.callers, T.callers)}
      {half(data.callees, T.callees)}
    </div>
  );
}
