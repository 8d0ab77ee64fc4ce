// From a line into the editor of the reader: a template of the settings, filled in.

const PLACEHOLDERS = ["path", "line", "repo", "ref"] as const;

export type EditorPlace = Record<(typeof PLACEHOLDERS)[number], string>;

/** Schemes that run or hold code instead of opening something. */
const REFUSED = /^(?:javascript|data|vbscript|blob):/i;

/** Empty means "no button". A template names its program by a scheme and says where the path goes. */
export function validTemplate(template: string): boolean {
  if (template === "") return true;
  return (
    /^[a-z][a-z0-9+.-]*:/i.test(template) &&
    !REFUSED.test(template) &&
    !/\s/.test(template) &&
    template.includes("{path}") &&
    [...template.matchAll(/\{([^}]*)\}/g)].every((match) => PLACEHOLDERS.some((name) => name === match[1]))
  );
}

/** Slashes stay: editors read a path, not a parameter. */
const inPath = (text: string) => encodeURIComponent(text).replaceAll("%2F", "/");

export function editorLink(template: string, place: EditorPlace): string | undefined {
  if (template === "" || !validTemplate(template) || place.path === "") return undefined;
  return template.replace(/\{(path|line|repo|ref)\}/g, (_, name: keyof EditorPlace) => inPath(place[name]));
}

/** Pages of the web get a tab of their own; other schemes start a program and leave the page where it is. */
export function openEditor(link: string): void {
  if (/^https?:/i.test(link)) window.open(link, "_blank", "noopener");
  else window.location.assign(link);
}
