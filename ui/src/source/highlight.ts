// Syntax colours as classes: the stylesheet owns the colours, so both themes need no new editor.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { CLASSES } from "./token-classes";

export const highlighting = syntaxHighlighting(HighlightStyle.define([...CLASSES]));
