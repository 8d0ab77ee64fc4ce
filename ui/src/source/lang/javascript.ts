import { LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/javascript";

export function language(dialect: string): LRLanguage {
  return LRLanguage.define({ parser: parser.configure({ dialect }) });
}
