// The right-hand pane: its width is a taste of this browser, set by dragging or by arrow keys.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { T } from "../../texts";

const MIN = 30;
const MAX = 70;

const clamp = (percent: number) => Math.min(MAX, Math.max(MIN, Math.round(percent * 10) / 10));

export function Dock(props: { width: Signal<number>; label: string; children: ComponentChildren }) {
  const { width } = props;

  function onPointerDown(event: PointerEvent & { currentTarget: HTMLElement }) {
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    handle.dataset.dragging = "";
    const onMove = (move: PointerEvent) => {
      width.value = clamp(((window.innerWidth - move.clientX) / window.innerWidth) * 100);
    };
    const onUp = () => {
      delete handle.dataset.dragging;
      handle.removeEventListener("pointermove", onMove);
      handle.removeEventListener("pointerup", onUp);
    };
    handle.addEventListener("pointermove", onMove);
    handle.addEventListener("pointerup", onUp);
  }

  return (
    <aside
      class="dock"
      aria-label={`${T.functionDetails}: ${props.label}`}
      style={{ "--dock": `${width.value}%` }}
    >
      <div
        class="dock-handle"
        role="separator"
        aria-orientation="vertical"
        aria-label={T.resize}
        aria-valuemin={MIN}
        aria-valuemax={MAX}
        aria-valuenow={Math.round(width.value)}
        tabIndex={0}
        onPointerDown={onPointerDown}
        onKeyDown={(event) => {
          const by = event.key === "ArrowLeft" ? 2 : event.key === "ArrowRight" ? -2 : 0;
          if (by === 0 || event.altKey) return;
          event.preventDefault();
          width.value = clamp(width.value + by);
        }}
      />
      {props.children}
    </aside>
  );
}
