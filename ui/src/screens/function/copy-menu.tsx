// What a reader takes along from a function: its place, a link with fixed times, its costly lines.
import { copyText } from "../../components/copy";
import { Icon } from "../../components/icon";
import { MenuItem, Popover } from "../../components/popover";
import { range } from "../../lib/range";
import { href, screen, urlState } from "../../lib/router";
import { type AnnotatedInput, annotatedMarkdown } from "../../source/annotated";
import { T } from "../../texts";

/** `line` is asked when a choice is made: it changes with every step through the code. */
export function CopyMenu({ file, line, input }: { file: string; line(): number; input: AnnotatedInput }) {
  const link = () => {
    const { start, end } = range.peek();
    const n = line();
    const state = { ...urlState.peek(), from: String(start), to: String(end) };
    const exact = n > 0 ? { ...state, line: { from: n, to: n } } : state;
    return new URL(href(screen.peek(), exact), document.baseURI).href;
  };
  const place = () => (line() > 0 ? `${file}:${line()}` : file);
  const choices: [label: string, text: () => string][] = [
    ...(file ? [[T.copyPlace, place] as [string, () => string]] : []),
    [T.copyLink, link],
    [T.copyMarkdown, () => annotatedMarkdown(input)],
  ];
  return (
    <Popover label={T.copy} role="menu" align="right" class="btn quiet icon" button={<Icon name="copy" />}>
      {(close) =>
        choices.map(([label, text]) => (
          <MenuItem key={label} onSelect={() => void copyText(text()).then(close)}>
            {label}
          </MenuItem>
        ))
      }
    </Popover>
  );
}
