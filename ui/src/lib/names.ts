// Parts of function names, paths and versions, for languages that all spell them differently.

/** The package of a function: what comes before the type or function itself. */
export function packageOf(name: string): string {
  const node = /^(.+):[^:]+:\d+$/.exec(name); // Node.js SDK: file:function:line
  if (node) return node[1];
  // Arguments, receivers and type parameters may hold the separators of other names.
  const bare = name.replace(/[(<[].*$/s, "");
  const scope = bare.lastIndexOf("::");
  if (scope > 0) return bare.slice(0, scope);
  const slash = bare.lastIndexOf("/");
  const dot = slash >= 0 ? bare.indexOf(".", slash) : bare.lastIndexOf(".");
  if (dot > 0) return bare.slice(0, dot);
  return slash > 0 ? bare.slice(0, slash) : "";
}

/** Splits a name where the cut may fall: the head shrinks, the tail stays readable. */
export function splitName(name: string): [head: string, tail: string] {
  const pkg = packageOf(name);
  const cut = pkg === "" ? 0 : pkg.length + (name.startsWith("::", pkg.length) ? 2 : 1);
  return cut > 0 && cut < name.length ? [name.slice(0, cut), name.slice(cut)] : ["", name];
}

export function splitPath(path: string): [head: string, tail: string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, slash + 1), path.slice(slash + 1)];
}

/** Seven characters of a full hash; names of branches and tags are not cut. */
export function shortRef(ref: string): string {
  return /^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 7) : ref;
}

export function isCommitHash(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}

/** `owner/repo` of an address, whatever its form. */
export function shortRepository(address: string): string {
  const path = address.replace(/^[a-z+]+:\/\/[^/]+\//, "").replace(/^git@[^:]+:/, "");
  const parts = path
    .replace(/\.git$/, "")
    .replace(/\/+$/, "")
    .split("/");
  return parts.slice(-2).join("/");
}

/** At most two letters; nothing is asked of another origin for a picture. */
export function initialsOf(author: string | undefined): string {
  const words = (author ?? "").split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return words
    .slice(0, 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");
}

/** FNV-1a, 32 bits: only for stable colours. */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return h >>> 0;
}

/** FNV-1a, 64 bits over UTF-8, 16 hex digits: names call paths too long for a link. */
export function hash64(text: string): string {
  let h = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    h = BigInt.asUintN(64, (h ^ BigInt(byte)) * 0x100000001b3n);
  }
  return h.toString(16).padStart(16, "0");
}
