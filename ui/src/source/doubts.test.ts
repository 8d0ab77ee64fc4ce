import { expect, it } from "vitest";
import { doubts } from "./doubts";

const REF = "a".repeat(40);
const version = { lines: [{ n: 1, self: 1, total: 1, callees: [], other: false }], noLine: undefined };
const place = { repository: "https://github.com/acme/shop", ref: REF, root: "" };
const ok = { source: { state: "ok" }, text: "x" };

it("a commit leaves no doubt, a branch does", () => {
  expect(doubts({ version, place, answer: ok, guessed: undefined })).toEqual([]);
  const branch = doubts({ version, place: { ...place, ref: "main" }, answer: ok, guessed: undefined });
  expect(branch).toEqual(["Branch or tag “main” may have moved since this was profiled."]);
});

it("a missing ref is a guess or HEAD, never nothing", () => {
  const bare = { ...place, ref: "" };
  expect(doubts({ version, place: bare, answer: ok, guessed: REF })[0]).toContain("aaaaaaa is the newest");
  expect(doubts({ version, place: bare, answer: ok, guessed: undefined })[0]).toContain("HEAD");
});

it("says nothing twice", () => {
  const warnings = ["ref_guessed", "version_shifted", "version_differs", "ref_may_move"].map((code) => ({
    code,
    message: code,
  }));
  const more = { code: "lines_beyond_end", message: "too short" };
  const answer = { ...ok, warnings: [...warnings, more, more] };
  expect(doubts({ version, place, answer, guessed: undefined })).toEqual(["too short"]);
});

it("profiles without lines, and files that may be others", () => {
  const bare = { lines: [], noLine: version.lines[0] };
  expect(doubts({ version: bare, place, answer: ok, guessed: undefined })[0]).toContain("no line numbers");
  const answer = { ...ok, source: { state: "ok", uncertain: true } };
  expect(doubts({ version, place, answer, guessed: undefined })).toEqual([
    "Lines may not match this version.",
  ]);
});
