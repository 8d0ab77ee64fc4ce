import { expect, it } from "vitest";
import type { VersionCosts } from "../../source/costs";
import { previousVersion } from "./previous";

const version = (ref: string) => ({ ref }) as VersionCosts;
const [a, b, c] = ["a", "b", "c"].map(version);
const dates: Record<string, string> = {
  a: "2026-01-05T00:00:00Z",
  b: "2026-01-11T00:00:00Z",
  c: "2026-01-08T00:00:00Z",
};
const dated = (v: VersionCosts) => ({ date: dates[v.ref] });

it("the newest of the older commits", () => {
  expect(previousVersion([a, b, c], b, dated)).toBe(c);
  expect(previousVersion([a, b, c], c, dated)).toBe(a);
  expect(previousVersion([a, b, c], a, dated)).toBeUndefined();
});

it("without dates only two versions have an order", () => {
  expect(previousVersion([a, b], a, () => undefined)).toBe(b);
  expect(previousVersion([a, b, c], a, () => undefined)).toBeUndefined();
});
