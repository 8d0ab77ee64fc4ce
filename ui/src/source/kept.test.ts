import { beforeEach, expect, it } from "vitest";
import { dropTexts, keep } from "./kept";

const ok = { source: { state: "ok" }, text: "code" };
const expired = { source: { state: "session_expired" } };

beforeEach(dropTexts);

it("keeps a text while the next answer is on its way or the session has ended", () => {
  expect(keep("f", undefined)).toEqual({ answer: undefined, trouble: undefined });
  expect(keep("f", ok).answer).toBe(ok);
  expect(keep("f", undefined).answer).toBe(ok);
  expect(keep("f", expired)).toEqual({ answer: ok, trouble: expired });
  expect(keep("g", expired)).toEqual({ answer: expired, trouble: undefined });
});

it("gives it up when the file is gone or the reader disconnects", () => {
  keep("f", ok);
  const gone = { source: { state: "file_not_found" } };
  expect(keep("f", gone).answer).toBe(gone);
  dropTexts();
  expect(keep("f", expired).answer).toBe(expired);
});

it("is bounded", () => {
  for (let i = 0; i < 30; i++) keep(`f${i}`, ok);
  expect(keep("f0", undefined).answer).toBeUndefined();
  expect(keep("f29", undefined).answer).toBe(ok);
});
