import { expect, it } from "vitest";
import { changeOf, hostOf } from "./hosts";
import { type Login, type LoginEvent, nextLogin, readMessage } from "./login";

const run = (...events: LoginEvent[]): Login => events.reduce<Login>(nextLogin, { phase: "idle" });

const START: LoginEvent = { type: "start", provider: "github.com" };
const BEGUN: LoginEvent = { type: "begun", attempt: "a1" };
const ok = (attempt = "a1"): LoginEvent => ({ type: "message", attempt, ok: true });

it("from click to connected", () => {
  expect(run(START)).toEqual({ phase: "starting", provider: "github.com" });
  expect(run(START, BEGUN)).toEqual({ phase: "waiting", provider: "github.com", attempt: "a1" });
  expect(run(START, BEGUN, ok())).toEqual({ phase: "connected", provider: "github.com" });
});

it("hears only its own attempt", () => {
  expect(run(START, BEGUN, ok("other")).phase).toBe("waiting");
  expect(run(START, ok()).phase).toBe("starting");
  expect(run(START, BEGUN, { type: "closed", attempt: "other" }).phase).toBe("waiting");
});

it("names what went wrong", () => {
  const failure = (error: string) =>
    run(START, BEGUN, { type: "message", attempt: "a1", error, reason: "r" });
  for (const error of ["denied", "forged", "exchange_failed", "host_error"])
    expect(failure(error)).toMatchObject({ phase: "failed", error, reason: "r" });
  expect(failure("<b>")).toMatchObject({ error: "host_error" });
  expect(run(START, BEGUN, { type: "expired", attempt: "a1" })).toMatchObject({ error: "expired" });
  expect(run(START, { type: "refused", reason: "500" })).toMatchObject({ error: "refused", reason: "500" });
  expect(run({ type: "blocked", provider: "p" })).toEqual({ phase: "blocked", provider: "p" });
});

it("a window that only looked closed may still succeed, a refusal is final", () => {
  const closed = run(START, BEGUN, { type: "closed", attempt: "a1" });
  expect(closed).toMatchObject({ phase: "failed", error: "closed" });
  expect(nextLogin(closed, ok()).phase).toBe("connected");
  const denied = run(START, BEGUN, { type: "message", attempt: "a1", error: "denied" });
  expect(nextLogin(denied, ok())).toBe(denied);
});

it("cancel and try again", () => {
  expect(run(START, BEGUN, { type: "cancel" })).toEqual({ phase: "idle" });
  expect(run(START, { type: "cancel" }, BEGUN)).toEqual({ phase: "idle" });
  expect(run(START, BEGUN, { type: "closed", attempt: "a1" }, START).phase).toBe("starting");
});

it("believes only the two shapes of a message", () => {
  expect(readMessage({ ok: true })).toEqual({ ok: true });
  expect(readMessage({ error: "denied", reason: 3 })).toEqual({ error: "denied", reason: "" });
  for (const junk of [null, "ok", {}, { ok: "true" }, { error: 1 }])
    expect(readMessage(junk)).toBeUndefined();
});

it("finds the host of a repository", () => {
  const hosts = [
    { provider: "github.com", webURL: "https://github.com", canConnect: true },
    { provider: "corp", webURL: "https://git.example.com/", canConnect: true },
    { provider: "mirror", type: "local" },
  ];
  expect(hostOf(hosts, "corp", "x/y")?.provider).toBe("corp");
  expect(hostOf(hosts, undefined, "https://GitHub.com/acme/shop")?.provider).toBe("github.com");
  expect(hostOf(hosts, "", "git@git.example.com:acme/shop.git")?.provider).toBe("corp");
  expect(hostOf(hosts, "", "https://elsewhere.com/a/b")).toBeUndefined();
  expect(hostOf(hosts.slice(0, 1), "", "acme/shop")?.provider).toBe("github.com");
});

it("who leaves takes the texts along, a session that ends does not", () => {
  const host = (state: string, account = "") => [{ provider: "github.com", state, account }];
  const change = (before: object[], after: object[]) => changeOf(before, after);
  expect(change([], host("connected", "mona"))).toEqual({ left: false, other: false });
  expect(change(host("not_connected"), host("connected", "mona"))).toEqual({ left: false, other: true });
  expect(change(host("connected", "mona"), host("not_connected"))).toEqual({ left: true, other: true });
  expect(change(host("connected", "mona"), host("connected", "hubot"))).toEqual({ left: true, other: true });
  expect(change(host("connected", "mona"), host("session_expired", "mona"))).toEqual({
    left: false,
    other: false,
  });
  expect(change(host("session_expired", "mona"), host("connected", "mona"))).toEqual({
    left: false,
    other: true,
  });
});
