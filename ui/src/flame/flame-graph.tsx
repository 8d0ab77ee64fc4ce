// The flame graph: a canvas of viewport size in a scrolling box as tall as the stacks, driven by mouse,
// wheel and keyboard. What it means is in model, layout, nav and search; this is the glue.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatPercent, formatValue } from "../lib/format";
import { darkTheme, flameColors, labelEnd } from "../lib/preferences";
import { T } from "../texts";
import { paintNames, readTheme } from "./colors";
import { type Bar, clampInterval, hit, layout, MIN_WIDTH, ROW_HEIGHT } from "./layout";
import { depthCount, type FlameModel, nodeName, ROOT } from "./model";
import { type Move, move, siblingPosition } from "./nav";
import { draw } from "./render";
import { type FunctionPlace, Tooltip } from "./tooltip";
import { useSize } from "./use-size";

export interface FlameProps {
  model: FlameModel;
  unit: string;
  /** Value that percentages refer to: the query total. */
  base: number;
  /** The node that fills the width. */
  focus: number;
  /** Name indexes that match the search; undefined without a search. */
  matches: Set<number> | undefined;
  /** Name indexes to underline: the open function and the hovered table row. */
  marked: Set<number>;
  /** Asks to show a node; `serial` makes equal requests distinct. */
  target?: { node: number; serial: number };
  place(name: string): FunctionPlace | undefined;
  onFocus(node: number): void;
  onOpen(node: number, byKey: boolean): void;
  onHover(name: string | undefined): void;
  /** Asks for the menu of a bar at a point of the page. */
  onMenu?(node: number, x: number, y: number): void;
  /** Further keys of the screen, given the current bar. */
  onKey?(key: string, node: number): boolean;
}

const MOVES: Record<string, Move> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  Home: "home",
  End: "end",
};
/** Within this time a second click means zoom, not details. */
const DOUBLE_CLICK_MS = 250;

interface Hover {
  bar: Bar;
  x: number;
  y: number;
}

export function FlameGraph(props: FlameProps) {
  const { model, unit, focus, matches, marked, target } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const [top, setTop] = useState(0);
  const [cursor, setCursor] = useState(ROOT);
  const [focused, setFocused] = useState(false);
  const [hover, setHover] = useState<Hover>();
  const [interval, setInterval] = useState<[number, number]>([0, model.sum]);
  const clickTimer = useRef(0);
  const drag = useRef<{ x: number; y: number; moved: boolean } | undefined>(undefined);

  const dark = darkTheme.value;
  const mode = flameColors.value;
  // The theme is read from the page.
  const theme = useMemo(readTheme, [dark]);
  const paints = useMemo(() => paintNames(model, mode, theme), [model, mode, theme]);

  const view = { x0: interval[0], x1: interval[1], width: size.width, height: size.height, top };
  const bars = useMemo(
    () => layout(model, view, (node) => matches?.has(model.name[node]) ?? false),
    [model, view.x0, view.x1, view.width, view.height, view.top, matches],
  );

  useEffect(() => setCursor(ROOT), [model]);
  useEffect(() => {
    setInterval([model.start[focus] ?? 0, (model.start[focus] ?? 0) + (model.total[focus] ?? 0)]);
    if (focus > ROOT) {
      setCursor(focus);
      revealRow(model.depth[focus]);
    }
  }, [model, focus]);

  useEffect(() => {
    if (target) show(target.node);
  }, [target]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = Math.round(size.width * ratio);
    element.height = Math.round(size.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const scene = { model, bars, unit, paints, theme, marked, searching: matches !== undefined };
    draw(context, {
      ...scene,
      labelEnd: labelEnd.value,
      cursor: focused || cursor > ROOT ? cursor : -1,
      width: size.width,
      height: size.height,
    });
  }, [bars, paints, marked, matches, cursor, focused, unit, size, labelEnd.value]);

  function revealRow(depth: number) {
    const box = scroller.current;
    if (!box) return;
    const y = depth * ROW_HEIGHT;
    if (y < box.scrollTop || y + ROW_HEIGHT > box.scrollTop + box.clientHeight) {
      box.scrollTop = Math.max(0, y - box.clientHeight / 3);
    }
  }

  /** Brings a node into view, wide enough for its name to be read. */
  function show(node: number) {
    setCursor(node);
    revealRow(model.depth[node]);
    const [x0, x1] = interval;
    const start = model.start[node];
    const total = model.total[node];
    const needed = Math.min(size.width, nodeName(model, node).length * 7.3 + 16);
    const pixels = (total / (x1 - x0)) * size.width;
    if (pixels >= Math.min(needed, 60) && start >= x0 && start + total <= x1) return;
    const width = pixels >= Math.min(needed, 60) ? x1 - x0 : (total * size.width) / needed;
    const middle = start + total / 2;
    setInterval(clampInterval(middle - width / 2, middle + width / 2, model.sum));
  }

  function place(event: MouseEvent): { x: number; y: number; bar: Bar | undefined } {
    const box = canvas.current?.getBoundingClientRect();
    const x = event.clientX - (box?.left ?? 0);
    const y = event.clientY - (box?.top ?? 0);
    return { x, y, bar: hit(bars, x, y) };
  }

  function onPointerMove(event: PointerEvent) {
    const d = drag.current;
    if (d && event.buttons === 1) {
      const dx = event.clientX - d.x;
      const dy = event.clientY - d.y;
      if (d.moved || Math.abs(dx) > 4 || Math.abs(dy) > 4) {
        drag.current = { x: event.clientX, y: event.clientY, moved: true };
        const by = (dx / size.width) * (interval[1] - interval[0]);
        setInterval(clampInterval(interval[0] - by, interval[1] - by, model.sum));
        if (scroller.current) scroller.current.scrollTop -= dy;
        setHover(undefined);
        return;
      }
    }
    const { bar } = place(event);
    setHover(bar && { bar, x: event.clientX, y: event.clientY });
    props.onHover(bar && bar.node === bar.last ? nodeName(model, bar.node) : undefined);
  }

  function onClick(event: MouseEvent) {
    const moved = drag.current?.moved;
    drag.current = undefined;
    const { bar } = place(event);
    if (moved || !bar) return;
    setCursor(bar.node);
    clearTimeout(clickTimer.current);
    // A double click must find the graph where the first click left it, so details wait for it.
    clickTimer.current = window.setTimeout(() => {
      if (bar.node > ROOT) props.onOpen(bar.node, false);
    }, DOUBLE_CLICK_MS);
  }

  function onDoubleClick(event: MouseEvent) {
    clearTimeout(clickTimer.current);
    const { bar } = place(event);
    if (bar) props.onFocus(bar.node);
  }

  /** By mouse the bar under the pointer; by key the current one, with the menu at the graph's corner. */
  function onContextMenu(event: MouseEvent) {
    if (!props.onMenu) return;
    event.preventDefault();
    clearTimeout(clickTimer.current);
    const byMouse = event.button === 2;
    const node = byMouse ? place(event).bar?.node : cursor;
    if (node === undefined || node === ROOT) return;
    setCursor(node);
    setHover(undefined);
    const box = scroller.current?.getBoundingClientRect();
    if (byMouse) props.onMenu(node, event.clientX, event.clientY);
    else
      props.onMenu(
        node,
        (box?.left ?? 0) + 16,
        (box?.top ?? 0) + model.depth[node] * ROW_HEIGHT - top + ROW_HEIGHT,
      );
  }

  function onWheel(event: WheelEvent) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const [x0, x1] = interval;
    const at = x0 + (place(event).x / size.width) * (x1 - x0);
    const factor = Math.exp(event.deltaY / 300);
    setInterval(clampInterval(at - (at - x0) * factor, at + (x1 - at) * factor, model.sum));
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = MOVES[event.key];
    if (direction) {
      const scale = size.width / (interval[1] - interval[0]);
      const next = move(model, cursor, direction, (node) => model.total[node] * scale >= MIN_WIDTH);
      setCursor(next);
      revealRow(model.depth[next]);
    } else if (event.key === "Enter") {
      if (cursor > ROOT) props.onOpen(cursor, true);
    } else if (event.key === "z") {
      props.onFocus(cursor);
    } else if (event.key === "Backspace") {
      props.onFocus(focus > ROOT ? model.parent[focus] : ROOT);
    } else if (event.key === "0") {
      props.onFocus(ROOT);
      setInterval([0, model.sum]);
    } else if (!props.onKey?.(event.key, cursor)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  const position = siblingPosition(model, cursor);
  const text = T.barText(
    nodeName(model, cursor),
    formatValue(model.total[cursor], unit),
    formatPercent(model.total[cursor], props.base),
    formatValue(model.self[cursor], unit),
  );

  return (
    // A tree with a managed active descendant.
    <div
      class="flame"
      ref={scroller}
      role="tree"
      tabIndex={0}
      aria-label={T.flameLabel}
      aria-description={T.flameHelp}
      aria-activedescendant="flame-cursor"
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onWheel={onWheel}
    >
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without tabindex takes no focus */}
      <canvas
        ref={canvas}
        aria-hidden="true"
        style={{ width: `${size.width}px`, height: `${size.height}px` }}
        onPointerDown={(event) => (drag.current = { x: event.clientX, y: event.clientY, moved: false })}
        onPointerMove={onPointerMove}
        onPointerLeave={() => {
          setHover(undefined);
          props.onHover(undefined);
        }}
        onClick={onClick}
        onDblClick={onDoubleClick}
      />
      <div
        class="flame-space"
        style={{ height: `${Math.max(0, depthCount(model) * ROW_HEIGHT - size.height)}px` }}
      />
      <div
        id="flame-cursor"
        class="sr"
        role="treeitem"
        aria-level={(model.depth[cursor] ?? 0) + 1}
        aria-setsize={position.count}
        aria-posinset={position.index}
        aria-selected="true"
        tabIndex={-1}
      >
        {text}
      </div>
      {hover && (
        <Tooltip
          model={model}
          bar={hover.bar}
          unit={unit}
          x={hover.x}
          y={hover.y}
          place={props.place}
          base={props.base}
        />
      )}
    </div>
  );
}
