import { expect, it } from "vitest";
import { guessedCommit, retryDelay, verdictOf } from "./verdict";

it("says how text and profile fit", () => {
  expect(verdictOf({ verdict: "matches", checked: 5, fitting: 5 })).toEqual({
    text: "matches the profile",
    hint: "5 functions of the profile start where this text declares them.",
    doubt: false,
  });
  expect(verdictOf({ verdict: "shifted", shift: 3, checked: 4, fitting: 4 })?.text).toBe(
    "shifted by 3 lines",
  );
  const up = verdictOf({ verdict: "shifted", shift: -1, checked: 1, fitting: 1 });
  expect(up).toMatchObject({ text: "shifted by 1 line", doubt: true });
  expect(up?.hint).toContain("1 line above");
  expect(verdictOf({ verdict: "differs", checked: 4, fitting: 1 })).toMatchObject({
    text: "does not match the profile",
    doubt: true,
  });
});

it("is silent when nothing could be compared", () => {
  expect(verdictOf(undefined)).toBeUndefined();
  expect(verdictOf({ verdict: "unknown" })).toBeUndefined();
  expect(verdictOf({})).toBeUndefined();
});

it("a commit is a guess only when the profile names none", () => {
  const answer = { source: { state: "ok", commit: "abc" } };
  expect(guessedCommit("", answer)).toBe("abc");
  expect(guessedCommit("main", answer)).toBeUndefined();
  expect(guessedCommit("", { source: {} })).toBeUndefined();
});

it("waits for the quota once, at the time the host gave", () => {
  expect(retryDelay("rate_limited", 11_000, 10_000, false)).toBe(1500);
  expect(retryDelay("rate_limited", 9_000, 10_000, false)).toBe(500);
  expect(retryDelay("rate_limited", 11_000, 10_000, true)).toBeUndefined();
  expect(retryDelay("rate_limited", 0, 10_000, false)).toBeUndefined();
  expect(retryDelay("timeout", 11_000, 10_000, false)).toBeUndefined();
});
