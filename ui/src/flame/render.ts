// Draws one frame: rectangles first, grouped by colour, then labels. Text is cut by the width of one
// character of the monospace font, because measuring thousands of labels is what makes graphs slow.
import { formatValue } from "../lib/format";
import type { FlameTheme, Paint } from "./colors";
import { BAR_HEIGHT, type Bar, fitLabel } from "./layout";
import { type FlameModel, nodeName } from "./model";

export const FONT =
  '12px ui-monospace, "JetBrains Mono", "Cascadia Code", "DejaVu Sans Mono", Menlo, Consolas, monospace';

export interface Scene {
  model: FlameModel;
  bars: Bar[];
  unit: string;
  paints: Paint[];
  theme: FlameTheme;
  /** A search is on: what does not match is grey. */
  searching: boolean;
  /** Bars of this function are underlined. */
  marked: Set<number>;
  cursor: number;
  /** Where labels stand and which end of a long one stays. */
  labelEnd: "left" | "right";
  width: number;
  height: number;
}

let charWidth = 0;

function measure(context: CanvasRenderingContext2D): number {
  if (charWidth === 0) charWidth = context.measureText("M".repeat(50)).width / 50;
  return charWidth;
}

function paintOf(scene: Scene, bar: Bar): Paint {
  const grey: Paint = { fill: scene.theme.muted, text: scene.theme.mutedText };
  if (scene.searching) return bar.match ? scene.paints[scene.model.name[bar.node]] : grey;
  return bar.last === bar.node ? scene.paints[scene.model.name[bar.node]] : grey;
}

export function draw(context: CanvasRenderingContext2D, scene: Scene): void {
  const { theme } = scene;
  context.clearRect(0, 0, scene.width, scene.height);
  const byFill = new Map<string, Bar[]>();
  for (const bar of scene.bars) {
    const { fill } = paintOf(scene, bar);
    const group = byFill.get(fill);
    if (group) group.push(bar);
    else byFill.set(fill, [bar]);
  }
  for (const [fill, bars] of byFill) {
    context.fillStyle = fill;
    for (const bar of bars) context.fillRect(bar.x, bar.y, gapped(bar), BAR_HEIGHT);
  }
  drawEdges(context, scene);
  drawLabels(context, scene);
  for (const bar of scene.bars) {
    if (bar.node === bar.last && scene.marked.has(scene.model.name[bar.node])) {
      context.fillStyle = theme.text;
      context.fillRect(bar.x, bar.y + BAR_HEIGHT - 2, gapped(bar), 2);
    }
    if (bar.node === scene.cursor) {
      context.strokeStyle = theme.link;
      context.lineWidth = 2;
      context.strokeRect(bar.x + 1, bar.y + 1, Math.max(1, gapped(bar) - 2), BAR_HEIGHT - 2);
    }
  }
}

/** One pixel of the surface stays between neighbours. */
function gapped(bar: Bar): number {
  return bar.width > 3 ? bar.width - 1 : bar.width;
}

function drawEdges(context: CanvasRenderingContext2D, scene: Scene): void {
  const { theme } = scene;
  context.lineWidth = 1;
  for (const bar of scene.bars) {
    const lit = scene.searching && bar.match && bar.width >= 4;
    if (!lit && (theme.edge === "transparent" || bar.width < 4)) continue;
    context.strokeStyle = lit ? theme.match : theme.edge;
    context.strokeRect(bar.x + 0.5, bar.y + 0.5, gapped(bar) - 1, BAR_HEIGHT - 1);
  }
}

function drawLabels(context: CanvasRenderingContext2D, scene: Scene): void {
  context.font = FONT;
  context.textBaseline = "middle";
  const width = measure(context);
  const right = scene.labelEnd === "right";
  context.textAlign = scene.labelEnd;
  for (const bar of scene.bars) {
    if (bar.node !== bar.last || bar.width < 28) continue;
    const name = nodeName(scene.model, bar.node);
    const value = formatValue(scene.model.total[bar.node], scene.unit);
    const label = fitLabel(name, value, bar.width, width, scene.labelEnd);
    if (label === "") continue;
    context.fillStyle = paintOf(scene, bar).text;
    // The width limit only bites for scripts wider than the monospace font foresees.
    context.fillText(
      label,
      right ? bar.x + gapped(bar) - 4 : bar.x + 4,
      bar.y + BAR_HEIGHT / 2 + 0.5,
      bar.width - 6,
    );
  }
}
