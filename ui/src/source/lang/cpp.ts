import { LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/cpp";

export const language = LRLanguage.define({ parser });
