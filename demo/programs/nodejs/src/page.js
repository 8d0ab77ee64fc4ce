// SPDX-License-Identifier: Apache-2.0
// A page: Markdown to HTML, with an outline and links to the glossary.

import MarkdownIt from "markdown-it";
import { GLOSSARY } from "./glossary.js";
import { SNIPPETS } from "./snippets.js";

const markdown = new MarkdownIt({ typographer: true });
const terms = new RegExp(`\\b(${Object.keys(GLOSSARY).join("|")})\\b(?![^<]*>)`, "gi");

export function renderPage(page, parameters) {
  const text = expand(page.text, parameters);
  const html = linkTerms(markdown.render(text));
  return { title: page.title, outline: nest(headings(text), 1), html };
}

/** Puts in snippets like {>receipt}, which may have others in them, and parameters like {customer}. */
function expand(text, parameters) {
  return text
    .replace(/\{>(\w+)\}/g, (_, name) => expand(SNIPPETS[name], parameters))
    .replace(/\{(\w+)\}/g, (whole, name) => parameters[name] ?? whole);
}

/** Makes a link of every word of the glossary that is not inside a tag. */
function linkTerms(html) {
  return html.replace(terms, (term) => `<a href="/glossary#${GLOSSARY[term.toLowerCase()]}">${term}</a>`);
}

function headings(text) {
  return [...text.matchAll(/^(#+) (.*)$/gm)].map(([, marks, title]) => ({ level: marks.length, title }));
}

/** Headings as a tree: those below a heading, up to the next one of its level. */
function nest(list, level) {
  const tree = [];
  while (list.length > 0 && list[0].level >= level) {
    const { title } = list.shift();
    tree.push({ title, below: nest(list, level + 1) });
  }
  return tree;
}
