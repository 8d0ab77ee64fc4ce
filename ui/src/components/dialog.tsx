import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { T } from "../texts";
import { Icon } from "./icon";

/** The element traps focus and handles Esc; focus returns to where it was. */
export function Dialog(props: { title: string; close(): void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={ref} class="dialog" aria-label={props.title} onClose={props.close}>
      <div class="dialog-head">
        <h2>{props.title}</h2>
        <button
          type="button"
          class="btn quiet icon"
          aria-label={T.close}
          title={T.close}
          onClick={() => ref.current?.close()}
        >
          <Icon name="close" />
        </button>
      </div>
      {props.children}
    </dialog>
  );
}
