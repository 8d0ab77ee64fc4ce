import { expect, it } from "vitest";
import { lineAt, webAddress } from "./place-links";

it("links to lines as the host names them", () => {
  expect(lineAt("https://h/f", 12)).toBe("https://h/f#L12");
  expect(lineAt("https://h/f", 12, "gitlab")).toBe("https://h/f#L12");
  expect(lineAt("https://h/f", 12, "bitbucket")).toBe("https://h/f#lines-12");
  expect(lineAt("https://h/f", 12, "bitbucket-server")).toBe("https://h/f#12");
  expect(lineAt("https://h/f#x", 12)).toBe("https://h/f#x");
  expect(lineAt("https://h/f", 0)).toBe("https://h/f");
});

it("labels become links only when they are web addresses", () => {
  expect(webAddress("https://github.com/a/b.git")).toBe("https://github.com/a/b");
  expect(webAddress("javascript:alert(1)")).toBeUndefined();
  expect(webAddress("git@github.com:a/b")).toBeUndefined();
});
