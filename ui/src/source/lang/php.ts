import { LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/php";

export const language = LRLanguage.define({ parser });
