import { useEffect, useState } from "preact/hooks";
import { T } from "../texts";
import { Icon } from "./icon";

/** Copies text; falls back to a hidden field where the clipboard API is absent (plain http). */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

export function CopyButton({
  text,
  label = T.copy,
  words,
}: {
  text: string;
  label?: string;
  words?: string;
}) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <button
      type="button"
      class={words ? "btn" : "btn quiet icon small"}
      aria-label={words ? undefined : label}
      title={done ? T.copied : label}
      onClick={() => copyText(text).then(() => setDone(true))}
    >
      <Icon name="copy" />
      {words && (done ? T.copied : words)}
      <span class="sr" aria-live="polite">
        {done ? T.copied : ""}
      </span>
    </button>
  );
}
