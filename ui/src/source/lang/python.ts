import { LRLanguage } from "@codemirror/language";
import { parser } from "@lezer/python";

export const language = LRLanguage.define({ parser });
