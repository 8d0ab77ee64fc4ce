import { expect, it } from "vitest";
import { newIssueLink } from "./issue";

const line = (n: number, self: number) => ({ n, self, total: self, callees: [], other: false });
const INPUT = {
  name: "f",
  place: "a.go:1",
  url: undefined,
  unit: "ns",
  queryTotal: 1e9,
  total: 1e9,
  lines: [line(1, 5e8), line(2, 4e8)],
  text: undefined,
};
const form = (type: string, page: string) => {
  const link = newIssueLink(type, page, "Slow: f", INPUT);
  return link === undefined ? undefined : new URL(link);
};

it("opens the form of each host", () => {
  const github = form("github", "https://github.com/acme/shop/blob/aaaa/cart/a.go");
  expect(github?.href).toMatch(/^https:\/\/github\.com\/acme\/shop\/issues\/new\?/);
  expect(github?.searchParams.get("title")).toBe("Slow: f");
  expect(github?.searchParams.get("body")).toContain("500 ms");
  const gitlab = form("gitlab", "https://gitlab.example/a/b/c/-/blob/aaaa/a.go");
  expect(gitlab?.pathname).toBe("/a/b/c/-/issues/new");
  expect(gitlab?.searchParams.get("issue[title]")).toBe("Slow: f");
  expect(form("gitea", "https://git.example/sub/a/b/src/commit/aaaa/a.go")?.pathname).toBe(
    "/sub/a/b/issues/new",
  );
});

it("offers none where there is none", () => {
  expect(form("bitbucket", "https://bitbucket.org/a/b/src/aaaa/a.go")).toBeUndefined();
  expect(form("github", "https://github.com/acme/shop")).toBeUndefined();
  expect(newIssueLink(undefined, "https://h/blob/x", "t", INPUT)).toBeUndefined();
  expect(newIssueLink("github", undefined, "t", INPUT)).toBeUndefined();
});

it("leaves out the cheapest lines of a long function", () => {
  const lines = Array.from({ length: 900 }, (_, i) => line(i + 1, (i + 1) * 1e6));
  const link = newIssueLink("github", "https://github.com/a/b/blob/x/a.go", "t", { ...INPUT, lines }) ?? "";
  expect(link.length).toBeLessThanOrEqual(7000);
  const body = new URL(link).searchParams.get("body") ?? "";
  expect(body).toContain("   900");
  expect(body).not.toMatch(/ {4}1$/m);
});
