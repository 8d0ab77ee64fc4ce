import { useEffect, useRef, useState } from "preact/hooks";
import type { SearchHits, SearchResult } from "../../flame/search";
import { formatPercent } from "../../lib/format";
import { useEscape, useKeys } from "../../lib/keys";
import { update, urlState } from "../../lib/router";
import { T } from "../../texts";

interface Props {
  result: SearchResult | undefined;
  hits: SearchHits | undefined;
  /** Which match is shown, from 0; -1 before the first step. */
  at: number;
  base: number;
  onStep(by: 1 | -1): void;
}

/** The link follows the typing after a moment; Enter steps through the matches. */
export function SearchBox({ result, hits, at, base, onStep }: Props) {
  const ref = useRef<HTMLInputElement>(null);
  const applied = urlState.value.q;
  const [text, setText] = useState(applied);
  const [focused, setFocused] = useState(false);
  useEffect(() => setText(applied), [applied]);
  useEffect(() => {
    if (text === applied) return;
    const timer = setTimeout(() => update({ q: text }), 250);
    return () => clearTimeout(timer);
  }, [text, applied]);
  const clear = () => {
    setText("");
    update({ q: "" });
  };
  useEscape(focused && text !== "", clear);
  useKeys({ "/": () => ref.current?.focus(), "Ctrl+k": () => ref.current?.focus() });

  const share = formatPercent(hits?.covered ?? 0, base);
  const count = hits?.nodes.length ?? 0;
  const status = !result
    ? ""
    : count === 0
      ? T.searchNone
      : at >= 0
        ? T.searchAt(at + 1, count, share)
        : T.searchCount(count, share);
  return (
    <span class="search">
      <input
        ref={ref}
        type="search"
        class={result?.invalid ? "field doubt" : "field"}
        aria-label={T.search}
        placeholder={T.searchHint}
        title={result?.invalid ? T.searchInvalid : T.search}
        value={text}
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          if (text !== applied) update({ q: text });
          else onStep(event.shiftKey ? -1 : 1);
        }}
      />
      <span class="muted status" role="status">
        {status}
      </span>
    </span>
  );
}
