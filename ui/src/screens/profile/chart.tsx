// The query total over time. Dragging selects a new range, a double click zooms out.
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { zoomOutRange } from "../../components/range-picker";
import { formatValue } from "../../lib/format";
import { darkTheme, zone } from "../../lib/preferences";
import { range } from "../../lib/range";
import { update } from "../../lib/router";
import { formatTime } from "../../lib/time";
import { useSize } from "../../flame/use-size";
import { T } from "../../texts";
import type { ChartData } from "./series";

const FONT = '11px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
/** A shorter drag is a click. */
const MIN_DRAG_PX = 6;

function options(width: number, height: number, data: ChartData): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: token("text2"),
    font: FONT,
    ticks: { show: false },
    grid: { stroke: token("border"), width: 1 },
  };
  const { start, end } = range.peek();
  return {
    width,
    height,
    legend: { show: false },
    padding: [10, 24, 0, 0],
    tzDate: (seconds) =>
      zone.peek() === "utc" ? uPlot.tzDate(new Date(seconds * 1000), "UTC") : new Date(seconds * 1000),
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 }, y: false },
    scales: {
      x: { time: true, range: [start / 1000, end / 1000] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 26, gap: 8, values: (u, ticks) => timeTicks(u, ticks) },
      {
        ...axis,
        size: 84,
        gap: 6,
        space: 24,
        values: (_, ticks) => ticks.map((tick) => `${formatValue(tick, data.unit)}${data.suffix}`),
      },
    ],
    series: [
      {},
      {
        stroke: token("flame-6"),
        width: 1.5,
        fill: `color-mix(in srgb, ${token("flame-6")} 22%, transparent)`,
        points: { show: false },
        paths: uPlot.paths.stepped?.({ align: -1 }),
      },
    ],
    hooks: {
      setSelect: [
        (u) => {
          if (u.select.width < MIN_DRAG_PX) return;
          const from = Math.round(u.posToVal(u.select.left, "x") * 1000);
          const to = Math.round(u.posToVal(u.select.left + u.select.width, "x") * 1000);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          update({ from: String(from), to: String(to) });
        },
      ],
    },
  };
}

/** Ticks drop what all of them share: only time within a day, date otherwise. */
function timeTicks(_: uPlot, ticks: number[]): string[] {
  const texts = ticks.map((tick) => formatTime(tick * 1000, zone.peek()));
  const sameDay = texts.every((text) => text.slice(0, 10) === texts[0]?.slice(0, 10));
  const wholeMinutes = texts.every((text) => text.endsWith(":00"));
  const midnight = texts.every((text) => text.endsWith("00:00:00"));
  return texts.map((text) => {
    if (midnight) return text.slice(5, 10);
    const time = wholeMinutes ? text.slice(11, 16) : text.slice(11);
    return sameDay ? time : `${text.slice(5, 10)} ${time}`;
  });
}

export function Chart({ data }: { data: ChartData }) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const dark = darkTheme.value;
  const utc = zone.value;
  // Colours and times are read when drawing.
  const key = useMemo(() => ({}), [dark, utc, data, size.width, size.height]);
  useEffect(() => {
    if (!box.current || size.width === 0) return;
    const plot = new uPlot(options(size.width, size.height, data), [data.times, data.values], box.current);
    return () => plot.destroy();
  }, [key]);
  return (
    // The range picker does the same by keyboard.
    <div
      class="chart"
      ref={box}
      role="img"
      aria-label={T.chart}
      title={T.chartHint}
      onDblClick={(event) => {
        event.preventDefault();
        zoomOutRange();
      }}
    />
  );
}
