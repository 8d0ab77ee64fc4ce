import { expect, it } from "vitest";
import { checkPlace, effectivePlace, overrideOf, readOverrides } from "./override";

const LABELS = { repository: "https://github.com/acme/shop", ref: "aaaa", root: "" };

it("link before browser before administrator before labels", () => {
  const link = { ref: "link" };
  const browser = { ref: "browser" };
  const administrator = { root: "services/shop" };
  expect(effectivePlace(LABELS, {})).toEqual({ ...LABELS, origin: "labels" });
  expect(effectivePlace(LABELS, { administrator })).toEqual({
    ...LABELS,
    root: "services/shop",
    origin: "administrator",
  });
  expect(effectivePlace(LABELS, { administrator, browser })).toEqual({
    ...LABELS,
    ref: "browser",
    origin: "browser",
  });
  expect(effectivePlace(LABELS, { administrator, browser, link }).origin).toBe("link");
});

it("what changes nothing is no override", () => {
  expect(effectivePlace(LABELS, { link: { ref: "aaaa" }, browser: {} }).origin).toBe("labels");
  expect(effectivePlace(LABELS, { link: { ref: "aaaa" }, administrator: { ref: "b" } }).origin).toBe(
    "administrator",
  );
});

it("keeps only what differs from the labels", () => {
  expect(overrideOf(LABELS, LABELS)).toBeUndefined();
  expect(overrideOf(LABELS, { ...LABELS, ref: "main" })).toEqual({ ref: "main" });
  expect(overrideOf({ ...LABELS, root: "x" }, LABELS)).toEqual({ root: "" });
});

it("checks as the server does", () => {
  const good = { repository: "https://github.com/acme/shop", ref: "main", root: "" };
  const errors = (change: object) => Object.keys(checkPlace({ ...good, ...change }));
  expect(errors({})).toEqual([]);
  expect(
    errors({ repository: "git@github.com:acme/shop.git", ref: "release/1.2", root: "services/a" }),
  ).toEqual([]);
  for (const repository of ["acme/shop", "github.com/acme/shop", "https://gitlab.com/a/b/c.git"])
    expect(errors({ repository })).toEqual([]);
  for (const repository of [
    "",
    "shop",
    "https://github.com/",
    "https://github.com/acme",
    "javascript:a/b",
    "a/../b",
  ])
    expect(errors({ repository })).toEqual(["repository"]);
  expect(Object.keys(checkPlace({ ...good, repository: "mirror" }, ["mirror"]))).toEqual([]);
  for (const ref of ["", "a b", "a..b", "-x", "a:b", "x.lock", "@", "a//b", ".a", "a."])
    expect(errors({ ref })).toEqual(["ref"]);
  for (const root of ["/abs", "a/../b", "..", "a\\b"]) expect(errors({ root })).toEqual(["root"]);
});

it("believes nothing that the storage holds", () => {
  expect(readOverrides(null)).toEqual({});
  expect(readOverrides("[")).toEqual({});
  expect(readOverrides('{"a":{"ref":"x","root":3},"b":null}')).toEqual({ a: { ref: "x" } });
});
