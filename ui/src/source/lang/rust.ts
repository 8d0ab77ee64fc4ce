import { LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/rust";

export const language = LRLanguage.define({ parser });
