import { describe, expect, it } from "vitest";
import { formatChange, formatCount, formatPercent, formatShare, formatValue, int64 } from "./format";

describe("formatValue", () => {
  const ns: [number, string][] = [
    [0, "0 ns"],
    [999, "999 ns"],
    [1500, "1.50 µs"],
    [12345, "12.3 µs"],
    [999999, "1000 µs"],
    [87654321, "87.7 ms"],
    [1e9, "1 s"],
    [1.8e9, "1.80 s"],
    [11.1e9, "11.1 s"],
    [59.99e9, "60.0 s"],
    [60e9, "1 min"],
    [61e9, "1.02 mins"],
    [263.4e9, "4.39 mins"],
    [5.4e12, "1.50 hours"],
    [8.64e13, "1 day"],
    [1e15, "11.6 days"],
    [-2.5e9, "-2.50 s"],
  ];
  it.each(ns)("ns %d is %s", (value, text) => expect(formatValue(value, "ns")).toBe(text));

  const bytes: [number, string][] = [
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.50 KiB"],
    [123456789, "118 MiB"],
    [5637144576, "5.25 GiB"],
    [-2048, "-2 KiB"],
  ];
  it.each(bytes)("bytes %d is %s", (value, text) => expect(formatValue(value, "bytes")).toBe(text));

  const short: [number, string][] = [
    [999, "999"],
    [1234, "1.23 K"],
    [15000, "15 K"],
    [2.5e6, "2.50 Mil"],
    [1.1e10, "11 Bil"],
    [0.5, "0.500"],
  ];
  it.each(short)("short %d is %s", (value, text) => expect(formatValue(value, "short")).toBe(text));

  it("appends a unit it does not know", () => expect(formatValue(1500, "widgets")).toBe("1.50 K widgets"));
});

describe("formatPercent", () => {
  it("keeps two decimals at most", () => {
    expect(formatPercent(1, 3)).toBe("33.33%");
    expect(formatPercent(5, 100)).toBe("5%");
    expect(formatPercent(30, 100)).toBe("30%");
  });
  it("names tiny, zero and baseless shares", () => {
    expect(formatPercent(1, 1e6)).toBe("<0.01%");
    expect(formatPercent(0, 5)).toBe("0%");
    expect(formatPercent(1, 0)).toBe("—");
  });
});

it("formatShare rounds to whole percent", () => {
  expect(formatShare(30, 42)).toBe("71%");
  expect(formatShare(1, 1000)).toBe("<1%");
});

it("formatChange carries its sign", () => {
  expect(formatChange(110, 100)).toBe("+10%");
  expect(formatChange(97.5, 100)).toBe("−2.5%");
  expect(formatChange(1, 0)).toBe("new");
  expect(formatChange(0, 0)).toBe("—");
  expect(formatChange(100, 100)).toBe("0%");
});

it("formatCount groups by a narrow blank", () => expect(formatCount(1234567)).toBe("1\u202f234\u202f567"));

it("int64 accepts text, numbers and absence", () => {
  expect(int64("100000000000")).toBe(1e11);
  expect(int64("9223372036854775807")).toBe(2 ** 63);
  expect(int64(undefined)).toBe(0);
  expect(int64(7)).toBe(7);
});
