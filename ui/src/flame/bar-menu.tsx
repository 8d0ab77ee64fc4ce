// What can be done with a bar, at the pointer or under the bar. Arrow keys walk, Esc returns to the graph.
import { useEffect, useRef } from "preact/hooks";
import { MenuItem } from "../components/popover";
import { useEscape } from "../lib/keys";

export interface BarAction {
  label: string;
  hint?: string;
  run(): void;
}

interface Props {
  label: string;
  x: number;
  y: number;
  actions: BarAction[];
  onClose(): void;
}

const ITEM_HEIGHT = 30;
const WIDTH = 240;

export function BarMenu({ label, x, y, actions, onClose }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  useEscape(true, onClose);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.querySelector("button")?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !ref.current?.contains(event.target)) onClose();
    };
    document.addEventListener("pointerdown", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      // Unless the action has moved the focus on, the reader is back where the menu was called.
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    };
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const items = [...(ref.current?.querySelectorAll("button") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    items[(at + step + items.length) % items.length]?.focus();
  }

  const left = Math.min(x, window.innerWidth - WIDTH - 8);
  const top = Math.min(y, window.innerHeight - actions.length * ITEM_HEIGHT - 16);
  return (
    <div
      class="bar-menu"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      ref={ref}
      style={{ left: `${left}px`, top: `${top}px`, width: `${WIDTH}px` }}
      onKeyDown={onKeyDown}
    >
      {actions.map((action) => (
        <MenuItem
          key={action.label}
          onSelect={() => {
            onClose();
            action.run();
          }}
        >
          <span class="bar-action">
            {action.label}
            {action.hint && <kbd class="faint">{action.hint}</kbd>}
          </span>
        </MenuItem>
      ))}
    </div>
  );
}
