// A button with a panel under it: closes on Esc, outside clicks and when focus leaves.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useEscape } from "../lib/keys";

interface Props {
  label: string;
  /** Content of the button. */
  button: ComponentChildren;
  /** Accessible name of the button where it must repeat what the button shows; null: its content names it. */
  name?: string | null;
  class?: string;
  align?: "left" | "right";
  /** Opens from outside, for example by a key; the number changes with each request. */
  request?: number;
  role?: "dialog" | "menu";
  children(close: () => void): ComponentChildren;
}

export function Popover(props: Props) {
  const { label, button, align = "left", request, role = "dialog", children } = props;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);

  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };
  useEscape(open, close);

  useEffect(() => {
    if (request) setOpen(true);
  }, [request]);

  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    const first = root.current?.querySelector<HTMLElement>(
      ".panel [autofocus], .panel button, .panel input, .panel a, .panel select",
    );
    first?.focus();
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);

  // Menus are walked with the arrow keys.
  const onKeyDown = (event: KeyboardEvent) => {
    if (role !== "menu" || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const items = [...(root.current?.querySelectorAll<HTMLElement>(".panel [role^=menuitem]") ?? [])];
    if (items.length === 0) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(at + step + items.length) % items.length].focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only passes on the arrow keys of the menu inside
    <div class={`popover ${align}`} ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={trigger}
        class={props.class ?? "btn"}
        aria-label={props.name === null ? undefined : (props.name ?? label)}
        title={label}
        aria-haspopup={role}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div class="panel" role={role} aria-label={label}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

export function MenuItem(props: {
  checked?: boolean;
  hint?: string;
  onSelect(): void;
  children: ComponentChildren;
}) {
  const role = props.checked === undefined ? "menuitem" : "menuitemradio";
  return (
    <button type="button" role={role} aria-checked={props.checked} class="menu-item" onClick={props.onSelect}>
      <span>{props.children}</span>
      {props.hint && (
        <span class="faint" title={props.hint.trim()}>
          {props.hint}
        </span>
      )}
    </button>
  );
}
