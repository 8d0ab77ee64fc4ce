// Label filters as chips, and a field for further ones in selector syntax.
import { useState } from "preact/hooks";
import { Popover } from "../../components/popover";
import { update, urlState } from "../../lib/router";
import { formatMatcher, parseSelector } from "../../lib/selector";
import { T } from "../../texts";

export function Filters() {
  const { sel } = urlState.value;
  return (
    <span class="chips">
      {sel.map((m) => (
        <button
          key={formatMatcher(m)}
          type="button"
          class="chip mono"
          aria-label={T.removeFilter(formatMatcher(m))}
          title={T.removeFilter(formatMatcher(m))}
          onClick={() => update({ sel: sel.filter((other) => other !== m) })}
        >
          <bdi>{formatMatcher(m)}</bdi> ×
        </button>
      ))}
      <Popover label={T.addFilter} name={null} class="btn quiet" button={T.addFilter}>
        {(close) => <AddFilter close={close} />}
      </Popover>
    </span>
  );
}

function AddFilter({ close }: { close(): void }) {
  const [text, setText] = useState("");
  const matchers = parseSelector(text);
  const bad = text.trim() !== "" && matchers === undefined;
  return (
    <form
      class="add-filter"
      onSubmit={(event) => {
        event.preventDefault();
        if (!matchers) return;
        const { sel } = urlState.peek();
        const fresh = matchers.filter((m) => !sel.some((old) => formatMatcher(old) === formatMatcher(m)));
        update({ sel: [...sel, ...fresh] });
        close();
      }}
    >
      <input
        class="field mono"
        aria-label={T.addFilter}
        placeholder={T.filterHint}
        value={text}
        aria-invalid={bad}
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="btn" disabled={bad || text.trim() === ""}>
        {T.apply}
      </button>
      {bad && <p class="problem">{T.badFilter}</p>}
    </form>
  );
}
