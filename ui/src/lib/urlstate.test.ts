import { expect, it } from "vitest";
import { DEFAULTS, formatQuery, needsPush, parseQuery, translateOldLink, withService } from "./urlstate";

const CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

it("writes nothing for defaults", () => {
  expect(formatQuery(DEFAULTS)).toBe("");
  expect(parseQuery("").state).toEqual(DEFAULTS);
});

it("round-trips a full state in one order", () => {
  const query =
    `?service=shop/api&type=${CPU}&from=1768471200000&to=1768474800000&sel=%7Bregion%3D%22eu%22%7D` +
    "&view=lines&q=json,(&focus=main;a%253Bb&sort=total&fn=shop/cart.(*Pricer).Total&line=52-57&ref=aaaa&base=fn&max=4";
  const { state, dropped, extra } = parseQuery(query);
  expect(dropped).toEqual([]);
  expect(extra).toEqual([]);
  expect(state.fn).toBe("shop/cart.(*Pricer).Total");
  expect(state.focus).toBe("main;a%3Bb");
  expect(state.line).toEqual({ from: 52, to: 57 });
  expect(formatQuery(state)).toBe(query);
});

it("drops and names what it does not understand, keeps what is not its own", () => {
  const { state, dropped, extra } = parseQuery("?line=abc&view=cube&type=cpu&from=later&x=1&max=0&sel=%7B");
  expect(dropped).toEqual(["line", "view", "type", "from", "max", "sel"]);
  expect(state).toEqual(DEFAULTS);
  expect(formatQuery(state, extra)).toBe("?x=1");
});

it("reads ISO times as epoch ms", () => {
  expect(parseQuery("?from=2026-01-15T10:00:00Z").state.from).toBe("1768471200000");
});

it("knows which changes Back undoes", () => {
  const a = parseQuery("?service=a").state;
  expect(needsPush(a, { ...a, q: "x" })).toBe(false);
  expect(needsPush(a, { ...a, line: { from: 1, to: 1 } })).toBe(false);
  expect(needsPush(a, { ...a, fn: "x" })).toBe(true);
  expect(needsPush(a, { ...a, from: "now-1h" })).toBe(true);
});

it("another service clears what belonged to the old one", () => {
  const { state } = parseQuery(
    `?service=a&type=${CPU}&from=now-1h&sel=%7Ba%3D%22b%22%7D&q=x&fn=f&ref=r&line=3`,
  );
  expect(formatQuery(withService(state, "b"))).toBe(`?service=b&type=${CPU}&from=now-1h`);
});

it("translates links of the former UI", () => {
  const query = encodeURIComponent(`${CPU}{service_name="shop-api",region="eu"}`);
  const state = translateOldLink(`?query=${query}&from=now-1h&until=now`);
  expect(state && formatQuery(state)).toBe(
    `?service=shop-api&type=${CPU}&from=now-1h&sel=%7Bregion%3D%22eu%22%7D`,
  );
  expect(translateOldLink("?query=nonsense")).toBeUndefined();
});
