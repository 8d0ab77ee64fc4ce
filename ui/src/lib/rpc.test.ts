// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { call, clearCache, RpcError } from "./rpc";

const answer = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "x-request-id": "r1" } });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { baseURI: "http://localhost/base/" });
  clearCache();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("shares identical calls and keeps the answer", async () => {
  const fetch = vi.fn(async (_url: URL) => answer({ n: 1 }));
  vi.stubGlobal("fetch", fetch);
  const both = await Promise.all([call("a.B/C", { x: 1 }), call("a.B/C", { x: 1 })]);
  await call("a.B/C", { x: 1 });
  expect(both).toEqual([{ n: 1 }, { n: 1 }]);
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(String(fetch.mock.calls[0][0])).toBe("http://localhost/base/a.B/C");
});

it("tries server failures once more, client errors never", async () => {
  const flaky = vi
    .fn()
    .mockResolvedValueOnce(answer({}, 503))
    .mockResolvedValueOnce(answer({ ok: true }));
  vi.stubGlobal("fetch", flaky);
  const first = call("a.B/D", {});
  await vi.advanceTimersByTimeAsync(1000);
  expect(await first).toEqual({ ok: true });

  const bad = vi.fn(async () => answer({ code: "invalid_argument", message: "no range" }, 400));
  vi.stubGlobal("fetch", bad);
  const error = await call("a.B/E", {}).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toMatchObject({
    status: 400,
    code: "invalid_argument",
    message: "no range",
    requestId: "r1",
  });
  expect(bad).toHaveBeenCalledTimes(1);
});

it("aborts the request only when nobody waits any more", async () => {
  let aborted = false;
  vi.stubGlobal(
    "fetch",
    (_url: URL, init: RequestInit) =>
      new Promise((_, reject) => {
        init.signal?.addEventListener("abort", () => {
          aborted = true;
          reject(new Error("aborted"));
        });
      }),
  );
  const a = new AbortController();
  const b = new AbortController();
  const first = call("a.B/F", {}, a.signal).catch(() => "gone");
  const second = call("a.B/F", {}, b.signal).catch(() => "gone");
  a.abort();
  expect(await first).toBe("gone");
  expect(aborted).toBe(false);
  b.abort();
  expect(await second).toBe("gone");
  expect(aborted).toBe(true);
});
