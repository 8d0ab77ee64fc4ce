// Names and paths from profiles. They are untrusted text of any script: isolated, never markup, cut so
// that the telling end stays readable, complete in the tooltip and when copied.
import { splitName, splitPath } from "../lib/names";

export function Name({ text, title }: { text: string; title?: string }) {
  const [head, tail] = splitName(text);
  return (
    <bdi class="name" title={title ?? text}>
      <span class="head">{head}</span>
      <span class="tail">{tail}</span>
    </bdi>
  );
}

export function Path({ path, line }: { path: string; line?: number }) {
  const [head, tail] = splitPath(path);
  const end = line ? `${tail}:${line}` : tail;
  return (
    <bdi class="name path" title={line ? `${path}:${line}` : path}>
      <span class="head">{head}</span>
      <span class="tail">{end}</span>
    </bdi>
  );
}
