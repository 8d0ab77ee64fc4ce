// How many calls a line makes, in front of it, and the list of callees that it opens under the line.
import { type EditorState, type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

export interface CallRow {
  name: string;
  value: string;
  percent: string;
  inlined: boolean;
}

export interface CallLine {
  count: number;
  /** "2 calls", and the same with its line for those who cannot see where it stands. */
  label: string;
  description: string;
  rows: CallRow[];
}

export interface CallTexts {
  inlined: string;
  onOpen(line: number, name: string): void;
}

export const setCalls = StateEffect.define<Map<number, CallLine>>();
export const toggleCalls = StateEffect.define<number>();

interface Calls {
  lines: Map<number, CallLine>;
  open: Set<number>;
}

class Toggle extends WidgetType {
  constructor(
    readonly line: number,
    readonly call: CallLine,
    readonly open: boolean,
  ) {
    super();
  }
  override eq(other: Toggle): boolean {
    return other.line === this.line && other.open === this.open && other.call.label === this.call.label;
  }
  override toDOM(view: EditorView): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "call-toggle";
    button.textContent = `${this.open ? "▾" : "▸"} ${this.call.count}`;
    button.title = this.call.label;
    button.setAttribute("aria-label", this.call.description);
    button.setAttribute("aria-expanded", String(this.open));
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      view.dispatch({ effects: toggleCalls.of(this.line) });
    });
    return button;
  }
  override ignoreEvent(): boolean {
    return true;
  }
}

class CallList extends WidgetType {
  constructor(
    readonly line: number,
    readonly call: CallLine,
    readonly texts: CallTexts,
  ) {
    super();
  }
  override eq(other: CallList): boolean {
    return other.line === this.line && other.call === this.call;
  }
  override get estimatedHeight(): number {
    return this.call.rows.length * 24 + 8;
  }
  override toDOM(): HTMLElement {
    const list = document.createElement("ul");
    list.className = "call-list";
    for (const row of this.call.rows) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      const name = document.createElement("bdi");
      name.className = "mono";
      name.textContent = row.name;
      button.append(name);
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        this.texts.onOpen(this.line, row.name);
      });
      const value = document.createElement("span");
      value.className = "num";
      value.textContent = row.value;
      const percent = document.createElement("span");
      percent.className = "num muted";
      percent.textContent = row.percent;
      item.append(value, percent, button);
      if (row.inlined) {
        const badge = document.createElement("span");
        badge.className = "badge";
        badge.textContent = this.texts.inlined;
        item.append(badge);
      }
      list.append(item);
    }
    return list;
  }
  override ignoreEvent(): boolean {
    return true;
  }
}

function decorate(state: EditorState, calls: Calls, texts: CallTexts): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const [n, call] of calls.lines) {
    if (n > state.doc.lines) continue;
    const { from, to } = state.doc.line(n);
    const open = calls.open.has(n);
    ranges.push(Decoration.widget({ widget: new Toggle(n, call, open), side: -1 }).range(from));
    if (open)
      ranges.push(
        Decoration.widget({ widget: new CallList(n, call, texts), side: 2, block: true }).range(to),
      );
  }
  return Decoration.set(ranges, true);
}

export function callWidgets(texts: CallTexts): Extension {
  const field = StateField.define<Calls>({
    create: () => ({ lines: new Map(), open: new Set() }),
    update(value, transaction) {
      let next = value;
      for (const effect of transaction.effects) {
        if (effect.is(setCalls)) next = { ...next, lines: effect.value };
        if (effect.is(toggleCalls)) {
          const open = new Set(next.open);
          if (!open.delete(effect.value)) open.add(effect.value);
          next = { ...next, open };
        }
      }
      return next;
    },
  });
  return [
    field,
    EditorView.decorations.compute([field], (state) => decorate(state, state.field(field), texts)),
  ];
}
