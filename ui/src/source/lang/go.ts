import { LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/go";

export const language = LRLanguage.define({ parser });
