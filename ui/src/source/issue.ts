// From a function to the form of a new issue at its git host.
import { type AnnotatedInput, annotatedMarkdown } from "./annotated";

/** Longer addresses are refused by hosts. */
const MAX_LENGTH = 7000;

interface IssueForm {
  /** What in the page of a file follows the repository. */
  cut: RegExp;
  path: string;
  title: string;
  body: string;
}

const FORMS: Record<string, IssueForm> = {
  github: { cut: /\/blob\/.*$/, path: "/issues/new", title: "title", body: "body" },
  gitlab: {
    cut: /\/-\/blob\/.*$/,
    path: "/-/issues/new",
    title: "issue[title]",
    body: "issue[description]",
  },
  gitea: { cut: /\/src\/(?:commit|branch|tag)\/.*$/, path: "/issues/new", title: "title", body: "body" },
};

function formOf(type: string | undefined, page: string | undefined): IssueForm | undefined {
  const form = type === undefined ? undefined : FORMS[type];
  return form && page && /^https?:\/\//.test(page) && form.cut.test(page) ? form : undefined;
}

/** Whether the host of a page has a form that can be filled in by an address. */
export function hasIssueForm(type: string | undefined, page: string | undefined): boolean {
  return formOf(type, page) !== undefined;
}

/**
 * The form of a new issue with title and costly lines filled in; undefined where the host has no such form. Of
 * a function with more costly lines than an address holds, the cheapest are left out.
 */
export function newIssueLink(
  type: string | undefined,
  page: string | undefined,
  title: string,
  input: AnnotatedInput,
): string | undefined {
  const form = formOf(type, page);
  if (!form || !page) return undefined;
  const base = page.replace(form.cut, "") + form.path;
  const link = (lines: AnnotatedInput["lines"]) =>
    `${base}?${new URLSearchParams({ [form.title]: title, [form.body]: annotatedMarkdown({ ...input, lines }) })}`;
  const byCost = [...input.lines].sort((a, b) => b.self - a.self || b.total - a.total);
  for (let count = byCost.length; count > 0; count = Math.floor(count / 2)) {
    const kept = new Set(byCost.slice(0, count));
    const address = link(input.lines.filter((line) => kept.has(line)));
    if (address.length <= MAX_LENGTH) return address;
  }
  const bare = `${base}?${new URLSearchParams({ [form.title]: title })}`;
  return bare.length <= MAX_LENGTH ? bare : base;
}
