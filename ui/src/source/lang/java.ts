import { LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/java";

export const language = LRLanguage.define({ parser });
