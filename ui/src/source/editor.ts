// The whole file in CodeMirror, read-only. Loaded when the first source arrives; costs are on screen by
// then, so this chunk may come late.
import { search, searchKeymap } from "@codemirror/search";
import {
  Compartment,
  EditorState,
  type Extension,
  type Range,
  StateEffect,
  StateField,
} from "@codemirror/state";
import { Decoration, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { type CallLine, type CallTexts, callWidgets, setCalls } from "./calls";
import { costGutters, type GutterLines, gutterLines, heatGutter, setGutterLines } from "./gutters";
import { highlighting } from "./highlight";
import { languageOf } from "./languages";

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  path: string;
  label: string;
  tabSize: number;
  calls: CallTexts;
  onLine(line: number): void;
  /** First and last line in view. */
  onViewport(from: number, to: number): void;
}

export interface Editor {
  lineCount: number;
  setCosts(lines: GutterLines, calls: Map<number, CallLine>): void;
  /** Marks a line as the current one and brings it to the middle. */
  goTo(line: number): void;
  destroy(): void;
}

const setCurrent = StateEffect.define<number>();

const currentLine = StateField.define<number>({
  create: () => 0,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setCurrent)) return effect.value;
    return value;
  },
});

/** Tint by heat and the mark of the current line. Only lines with cost carry a decoration. */
const lineDecorations = EditorView.decorations.compute([gutterLines, currentLine], (state) => {
  const ranges: Range<Decoration>[] = [];
  const current = state.field(currentLine);
  const classes = new Map<number, string>();
  for (const [n, line] of state.field(gutterLines)) {
    if (!line.other && line.level > 0) classes.set(n, line.level > 3 ? "tint-2" : "tint-1");
  }
  if (current > 0) classes.set(current, `${classes.get(current) ?? ""} current`);
  for (const [n, name] of classes) {
    if (n > state.doc.lines) continue;
    ranges.push(Decoration.line({ class: name.trim() }).range(state.doc.line(n).from));
  }
  return Decoration.set(ranges, true);
});

function nonce(): string {
  return document.querySelector<HTMLElement>("meta[property=csp-nonce]")?.nonce ?? "";
}

function visibleLines(view: EditorView): [number, number] {
  const { scrollTop, clientHeight } = view.scrollDOM;
  const line = (y: number) =>
    view.state.doc.lineAt(view.lineBlockAtHeight(y - view.documentPadding.top).from).number;
  return [line(scrollTop), line(scrollTop + clientHeight)];
}

function clickedLine(options: EditorOptions): Extension {
  return EditorView.domEventHandlers({
    click(event, view) {
      // A click that ends a selection of text is about the text.
      if (!(window.getSelection()?.isCollapsed ?? true)) return false;
      const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (position === null) return false;
      const line = view.state.doc.lineAt(position).number;
      view.dispatch({ effects: setCurrent.of(line) });
      options.onLine(line);
      return false;
    },
  });
}

export function createEditor(options: EditorOptions): Editor {
  const language = new Compartment();
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        EditorView.cspNonce.of(nonce()),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorState.tabSize.of(options.tabSize),
        EditorView.contentAttributes.of({
          tabindex: "0",
          "aria-label": options.label,
          "aria-readonly": "true",
        }),
        costGutters,
        lineNumbers(),
        heatGutter,
        currentLine,
        lineDecorations,
        callWidgets(options.calls),
        highlighting,
        search({ top: true }),
        keymap.of(searchKeymap),
        language.of([]),
        clickedLine(options),
      ],
    }),
  });

  const report = () => options.onViewport(...visibleLines(view));
  view.scrollDOM.addEventListener("scroll", report, { passive: true });
  requestAnimationFrame(() => view.dom.isConnected && report());

  languageOf(options.path)?.().then((loaded) => {
    if (view.dom.isConnected) view.dispatch({ effects: language.reconfigure(loaded) });
  });

  return {
    lineCount: view.state.doc.lines,
    setCosts(lines, calls) {
      view.dispatch({ effects: [setGutterLines.of(lines), setCalls.of(calls)] });
    },
    goTo(line) {
      const n = Math.min(Math.max(1, line), view.state.doc.lines);
      const { from } = view.state.doc.line(n);
      view.dispatch({ effects: [setCurrent.of(n), EditorView.scrollIntoView(from, { y: "center" })] });
    },
    destroy: () => view.destroy(),
  };
}
