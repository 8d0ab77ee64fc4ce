// The language of a function for people: by the extension of its file, else by the shape of its name.

const NAMES: Record<string, string> = {
  go: "Go",
  py: "Python",
  java: "Java",
  kt: "Kotlin",
  scala: "Scala",
  rs: "Rust",
  c: "C",
  h: "C or C++",
  cc: "C++",
  cpp: "C++",
  cxx: "C++",
  hpp: "C++",
  php: "PHP",
  js: "JavaScript",
  mjs: "JavaScript",
  cjs: "JavaScript",
  jsx: "JavaScript",
  ts: "TypeScript",
  tsx: "TypeScript",
  rb: "Ruby",
  cs: "C#",
  dart: "Dart",
};

export function languageName(file: string, fn: string): string | undefined {
  const extension = /\.([A-Za-z0-9]+)$/.exec(file)?.[1]?.toLowerCase();
  if (extension) return NAMES[extension];
  // Java profiles carry no file, but names of packages in lower case and a class.
  return /^(?:[a-z][\w$]*[./])+[A-Z][\w$]*[./][\w$<>]+/.test(fn) ? "Java" : undefined;
}
