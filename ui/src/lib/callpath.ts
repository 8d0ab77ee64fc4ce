// A call path in a link: function names from the root, joined by ";".

export function joinPath(names: string[]): string {
  return names.map((name) => name.replaceAll("%", "%25").replaceAll(";", "%3B")).join(";");
}

export function splitPath(text: string): string[] {
  return text.split(";").map((name) => name.replaceAll("%3B", ";").replaceAll("%25", "%"));
}

/** The path after a step to a caller on it or to a callee of its last function. */
export function walkPath(path: string[], name: string): string[] {
  const at = path.slice(0, -1).lastIndexOf(name);
  return at >= 0 ? path.slice(0, at + 1) : [...path, name];
}
