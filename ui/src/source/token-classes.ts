// Which tokens share a class. For the editor and for lines that are drawn without one.
import { tags as t } from "@lezer/highlight";

export const CLASSES = [
  {
    tag: [t.keyword, t.modifier, t.controlKeyword, t.operatorKeyword, t.definitionKeyword],
    class: "tok-keyword",
  },
  { tag: [t.typeName, t.className, t.namespace, t.standard(t.typeName)], class: "tok-type" },
  { tag: [t.function(t.variableName), t.function(t.propertyName), t.macroName], class: "tok-function" },
  { tag: [t.string, t.special(t.string), t.regexp, t.character, t.escape], class: "tok-string" },
  { tag: [t.number, t.bool, t.null, t.atom, t.literal], class: "tok-number" },
  { tag: [t.comment, t.lineComment, t.blockComment, t.docComment], class: "tok-comment" },
  { tag: [t.operator, t.punctuation, t.bracket], class: "tok-other" },
];
