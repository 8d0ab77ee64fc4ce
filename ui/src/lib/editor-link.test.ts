import { expect, it } from "vitest";
import { editorLink, validTemplate } from "./editor-link";

const PLACE = { path: "cart/a b.go", line: "57", repo: "acme/shop", ref: "aaaa" };

it("fills in a template, escaped", () => {
  expect(editorLink("vscode://file/{path}:{line}", PLACE)).toBe("vscode://file/cart/a%20b.go:57");
  expect(editorLink("x://o?r={repo}&v={ref}&f={path}", PLACE)).toBe(
    "x://o?r=acme/shop&v=aaaa&f=cart/a%20b.go",
  );
  expect(editorLink("vscode://file/{path}", { ...PLACE, path: "{line}?#" })).toBe(
    "vscode://file/%7Bline%7D%3F%23",
  );
  expect(editorLink("", PLACE)).toBeUndefined();
  expect(editorLink("vscode://file/{path}", { ...PLACE, path: "" })).toBeUndefined();
});

it("refuses templates that run code, lack the path or name what is unknown", () => {
  expect(validTemplate("idea://open?file={path}&line={line}")).toBe(true);
  expect(validTemplate("")).toBe(true);
  for (const bad of [
    "javascript:{path}",
    "data:{path}",
    "{path}",
    "vscode://file",
    "x:{path}{column}",
    "x: {path}",
  ])
    expect(validTemplate(bad), bad).toBe(false);
});
