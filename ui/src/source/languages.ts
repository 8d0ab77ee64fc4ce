// Colours for the languages we know, each in its own chunk. An unknown one is shown plain, not guessed.
import type { Language } from "@codemirror/language";

type Loader = () => Promise<Language>;

const go: Loader = () => import("./lang/go").then((m) => m.language);
const python: Loader = () => import("./lang/python").then((m) => m.language);
const java: Loader = () => import("./lang/java").then((m) => m.language);
const rust: Loader = () => import("./lang/rust").then((m) => m.language);
const cpp: Loader = () => import("./lang/cpp").then((m) => m.language);
const php: Loader = () => import("./lang/php").then((m) => m.language);
const script =
  (dialect: string): Loader =>
  () =>
    import("./lang/javascript").then((m) => m.language(dialect));
const legacy =
  (name: "ruby" | "csharp" | "kotlin" | "scala" | "dart"): Loader =>
  () =>
    import("./lang/legacy").then((m) => m.languages[name]);

const BY_EXTENSION: Record<string, Loader> = {
  go,
  py: python,
  pyi: python,
  java,
  rs: rust,
  c: cpp,
  cc: cpp,
  cpp,
  cxx: cpp,
  h: cpp,
  hh: cpp,
  hpp: cpp,
  php,
  js: script("jsx"),
  mjs: script("jsx"),
  cjs: script("jsx"),
  jsx: script("jsx"),
  ts: script("ts"),
  mts: script("ts"),
  tsx: script("ts jsx"),
  rb: legacy("ruby"),
  cs: legacy("csharp"),
  kt: legacy("kotlin"),
  kts: legacy("kotlin"),
  scala: legacy("scala"),
  dart: legacy("dart"),
};

export function languageOf(path: string): Loader | undefined {
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase();
  return extension ? BY_EXTENSION[extension] : undefined;
}
