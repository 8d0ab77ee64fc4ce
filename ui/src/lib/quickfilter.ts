/**
 * Comma-separated regexes; blanks are trimmed, empty and invalid entries ignored. Without a valid
 * entry everything matches, so that a half-typed expression never empties the list.
 */
export function quickFilter(text: string): (name: string) => boolean {
  const patterns: RegExp[] = [];
  for (const entry of text.split(",")) {
    const trimmed = entry.trim();
    if (trimmed === "") continue;
    try {
      patterns.push(new RegExp(trimmed));
    } catch {
      // Still being typed.
    }
  }
  return patterns.length === 0 ? () => true : (name) => patterns.some((pattern) => pattern.test(name));
}
