// Which rectangles a frame has to draw. Pure: no canvas, no DOM.
import { splitName } from "../lib/names";
import { type FlameModel, firstEndingAfter, depthCount } from "./model";

export interface Viewport {
  /** Visible part of the value axis. */
  x0: number;
  x1: number;
  /** Size and scroll position in CSS pixels. */
  width: number;
  height: number;
  top: number;
}

export interface Bar {
  node: number;
  x: number;
  y: number;
  width: number;
  /** Last node of a run of bars too narrow to draw; equal to `node` for a single bar. */
  last: number;
  /** The run holds a search match. */
  match: boolean;
}

export const ROW_HEIGHT = 21;
export const BAR_HEIGHT = 20;
/** Narrower bars merge into a run. */
export const MIN_WIDTH = 2;

/** Bars of all rows in view, runs merged; a run never ends inside a bar that is wide enough. */
export function layout(model: FlameModel, view: Viewport, isMatch: (node: number) => boolean): Bar[] {
  const bars: Bar[] = [];
  const scale = view.width / (view.x1 - view.x0);
  if (!Number.isFinite(scale) || scale <= 0) return bars;
  const firstRow = Math.max(0, Math.floor(view.top / ROW_HEIGHT));
  const lastRow = Math.min(depthCount(model) - 1, Math.floor((view.top + view.height) / ROW_HEIGHT));
  for (let depth = firstRow; depth <= lastRow; depth++) {
    layoutRow(model, view, depth, scale, isMatch, bars);
  }
  return bars;
}

function layoutRow(
  model: FlameModel,
  view: Viewport,
  depth: number,
  scale: number,
  isMatch: (node: number) => boolean,
  bars: Bar[],
): void {
  const y = depth * ROW_HEIGHT - view.top;
  const end = model.levels[depth + 1];
  let run: Bar | undefined;
  const flush = () => {
    if (!run) return;
    run.width = Math.max(run.width, run.match ? MIN_WIDTH : 0.5);
    bars.push(run);
    run = undefined;
  };
  for (let node = firstEndingAfter(model, depth, view.x0); node < end; node++) {
    if (model.start[node] >= view.x1) break;
    const left = (model.start[node] - view.x0) * scale;
    const right = (model.start[node] + model.total[node] - view.x0) * scale;
    if (right - left < MIN_WIDTH) {
      // A gap of a pixel ends the run: its rectangle must not cover what is empty.
      if (run && left - (run.x + run.width) > 1) flush();
      run ??= { node, last: node, x: left, y, width: 0, match: false };
      run.last = node;
      run.width = right - run.x;
      run.match ||= isMatch(node);
      continue;
    }
    flush();
    const x = Math.max(0, left);
    const width = Math.min(view.width, right) - x;
    bars.push({ node, last: node, x, y, width, match: isMatch(node) });
  }
  flush();
}

/** The bar under a point of the canvas, or undefined. */
export function hit(bars: Bar[], x: number, y: number): Bar | undefined {
  return bars.find(
    (bar) =>
      y >= bar.y &&
      y < bar.y + BAR_HEIGHT &&
      x >= bar.x &&
      x < bar.x + Math.max(bar.width, bar.match ? MIN_WIDTH : 1),
  );
}

/**
 * What fits of a name at a fixed character width, empty when nothing useful does. Where the whole name has no
 * room, the package goes first: the colour of the bar tells it, and it is the least telling part.
 */
export function fitLabel(
  name: string,
  value: string,
  width: number,
  charWidth: number,
  end: "left" | "right" = "left",
): string {
  const fits = Math.floor((width - 8) / charWidth);
  if (fits < 3) return "";
  const full = `${name} (${value})`;
  if (full.length <= fits) return full;
  if (name.length <= fits) return name;
  const own = splitName(name)[1];
  if (own.length <= fits) return own;
  return end === "left" ? `${own.slice(0, fits - 1)}…` : `…${own.slice(own.length - fits + 1)}`;
}

/** Keeps an interval of the value axis inside the whole and above the finest zoom. */
export function clampInterval(x0: number, x1: number, sum: number): [number, number] {
  const width = Math.min(sum, Math.max(x1 - x0, sum / 1e9));
  const left = Math.min(Math.max(0, x0), sum - width);
  return [left, left + width];
}
