// Only the rows in view exist. All rows have the same height.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useSize } from "../flame/use-size";

const OVERSCAN = 8;

interface Props {
  count: number;
  rowHeight: number;
  /** Columns of the head and all rows, as a CSS grid. */
  label: string;
  head: ComponentChildren;
  class?: string;
  /** Scrolls to the top when it changes: other data or another order. */
  resetKey: string;
  row(index: number): ComponentChildren;
}

export function VirtualTable(props: Props) {
  const { count, rowHeight } = props;
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const [top, setTop] = useState(0);

  // The key is the trigger.
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [props.resetKey]);

  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  const rows: ComponentChildren[] = [];
  for (let i = first; i < last; i++) rows.push(props.row(i));
  return (
    <div
      ref={box}
      class={`virtual ${props.class ?? ""}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      role="region"
      aria-label={props.label}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div role="table" aria-label={props.label} aria-rowcount={count + 1}>
        <div role="rowgroup" class="virtual-head">
          {props.head}
        </div>
        <div role="rowgroup" style={{ height: `${count * rowHeight}px`, position: "relative" }}>
          <div style={{ transform: `translateY(${first * rowHeight}px)` }}>{rows}</div>
        </div>
      </div>
    </div>
  );
}
