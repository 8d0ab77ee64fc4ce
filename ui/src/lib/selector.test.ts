import { expect, it } from "vitest";
import { formatSelector, parseSelector, serviceSelector } from "./selector";

it("reads and writes selectors in canonical order", () => {
  const matchers = parseSelector('{ region != "eu", pod=~"a|b", }');
  expect(matchers).toEqual([
    { name: "region", op: "!=", value: "eu" },
    { name: "pod", op: "=~", value: "a|b" },
  ]);
  expect(formatSelector(matchers ?? [])).toBe('{pod=~"a|b",region!="eu"}');
});

it("survives quotes, backslashes and hostile names", () => {
  const value = 'a"b\\c\n<img src=x onerror=alert(1)>';
  const text = serviceSelector(value, []);
  expect(parseSelector(text)).toEqual([{ name: "service_name", op: "=", value }]);
});

it("accepts missing braces and emptiness, refuses the rest", () => {
  expect(parseSelector('a="b"')).toHaveLength(1);
  expect(parseSelector("")).toEqual([]);
  expect(parseSelector("{}")).toEqual([]);
  for (const bad of ["{", "{a}", "{a=b}", '{a="b" c="d"}', '{="x"}'])
    expect(parseSelector(bad)).toBeUndefined();
});
