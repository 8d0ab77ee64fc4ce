// Addresses of pages at a git host.

/** Only addresses of the web become links; anything else a label may hold is shown as text. */
export function webAddress(text: string): string | undefined {
  return /^https?:\/\//.test(text) ? text.replace(/\.git$/, "") : undefined;
}

/** How hosts name lines of a page differs by what they run. */
export function lineAt(url: string, line: number, type = ""): string {
  if (line <= 0 || url.includes("#")) return url;
  if (type === "bitbucket") return `${url}#lines-${line}`;
  if (type === "bitbucket-server") return `${url}#${line}`;
  return `${url}#L${line}`;
}
