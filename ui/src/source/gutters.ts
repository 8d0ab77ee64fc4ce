// The ledger beside the code: self, its share, total, its share, line number, heat. Text is given by the
// caller, so that gutters, table and tooltip print the same number alike.
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type BlockInfo, type EditorView, GutterMarker, gutter } from "@codemirror/view";

export interface GutterLine {
  self: string;
  selfPercent: string;
  total: string;
  totalPercent: string;
  level: number;
  other: boolean;
}

export type GutterLines = Map<number, GutterLine>;

export const setGutterLines = StateEffect.define<GutterLines>();

export const gutterLines = StateField.define<GutterLines>({
  create: () => new Map(),
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setGutterLines)) return effect.value;
    return value;
  },
});

class TextMarker extends GutterMarker {
  constructor(
    readonly text: string,
    readonly kind: string,
  ) {
    super();
    this.elementClass = kind;
  }
  override eq(other: TextMarker): boolean {
    return other.text === this.text && other.kind === this.kind;
  }
  override toDOM(): Node {
    return document.createTextNode(this.text);
  }
}

type Cell = (line: GutterLine) => string;

function lineAt(view: EditorView, block: BlockInfo): GutterLine | undefined {
  const n = view.state.doc.lineAt(block.from).number;
  return view.state.field(gutterLines).get(n);
}

function column(name: string, cell: Cell): Extension {
  return gutter({
    class: `cost-gutter ${name}`,
    lineMarker(view, block) {
      const line = lineAt(view, block);
      const text = line ? cell(line) : "";
      if (!line || text === "") return null;
      return new TextMarker(text, `heat-${line.other ? 0 : line.level}${line.other ? " other" : ""}`);
    },
    lineMarkerChange: (update) =>
      update.transactions.some((tr) => tr.effects.some((e) => e.is(setGutterLines))),
  });
}

/** The bar right before the code: colour alone, the figures are in the columns. */
const heatBar: Extension = gutter({
  class: "heat-gutter",
  lineMarker(view, block) {
    const line = lineAt(view, block);
    return line && line.level > 0 && !line.other ? new TextMarker("", `heat-${line.level}`) : null;
  },
  lineMarkerChange: (update) =>
    update.transactions.some((tr) => tr.effects.some((e) => e.is(setGutterLines))),
});

export const costGutters: Extension = [
  gutterLines,
  column("self", (line) => line.self),
  column("self-percent", (line) => line.selfPercent),
  column("total", (line) => line.total),
  column("total-percent", (line) => line.totalPercent),
];

export const heatGutter: Extension = heatBar;
