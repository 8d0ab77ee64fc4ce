// A text as lines of coloured pieces, for places that draw lines themselves.
import { highlightCode, tagHighlighter } from "@lezer/highlight";
import { languageOf } from "./languages";
import { splitLines } from "./lines";
import { CLASSES } from "./token-classes";

export interface Piece {
  text: string;
  class: string;
}

/** Beyond this, colours are not worth the wait. */
const MAX_LENGTH = 1_000_000;
const highlighter = tagHighlighter(CLASSES);

export async function colorLines(text: string, path: string): Promise<Piece[][] | undefined> {
  const load = languageOf(path);
  if (!load || text.length > MAX_LENGTH) return undefined;
  const plain = splitLines(text).join("\n");
  const tree = (await load()).parser.parse(plain);
  const lines: Piece[][] = [[]];
  highlightCode(
    plain,
    tree,
    highlighter,
    (piece, classes) => lines[lines.length - 1].push({ text: piece, class: classes }),
    () => lines.push([]),
  );
  return lines;
}
