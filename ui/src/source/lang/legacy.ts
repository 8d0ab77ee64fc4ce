import { StreamLanguage } from "@codemirror/language";
import { csharp, dart, kotlin, scala } from "@codemirror/legacy-modes/mode/clike";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";

export const languages = {
  ruby: StreamLanguage.define(ruby),
  csharp: StreamLanguage.define(csharp),
  kotlin: StreamLanguage.define(kotlin),
  scala: StreamLanguage.define(scala),
  dart: StreamLanguage.define(dart),
};
