/** Splits as the editor does, so that line numbers agree. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n?|\n/);
}
