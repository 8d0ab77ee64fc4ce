import { expect, it } from "vitest";
import {
  describeRelative,
  formatAge,
  formatRange,
  formatTime,
  parseTime,
  resolveRange,
  zoneName,
} from "./time";

const NOW = Date.UTC(2026, 0, 15, 12);
const TEN = Date.UTC(2026, 0, 15, 10);

it("parses every form of the URL", () => {
  expect(parseTime("now", NOW)).toBe(NOW);
  expect(parseTime("now-30m", NOW)).toBe(NOW - 1_800_000);
  expect(parseTime(String(TEN), NOW)).toBe(TEN);
  expect(parseTime("2026-01-15T10:00:00Z", NOW)).toBe(TEN);
  expect(parseTime("2026-01-15 10:00", NOW)).toBe(TEN);
  expect(parseTime("2026-01-15T12:00:00+02:00", NOW)).toBe(TEN);
  expect(parseTime("2026-01-15", NOW)).toBe(Date.UTC(2026, 0, 15));
});

it("refuses what it does not know", () => {
  for (const text of ["", "yesterday", "now+1h", "now-1x", "2026-13-40T10:00:00Z", "12"]) {
    expect(parseTime(text, NOW)).toBeUndefined();
  }
});

it("a range must be in order", () => {
  expect(resolveRange("now-1h", "now", NOW)).toEqual({ start: NOW - 3_600_000, end: NOW });
  expect(resolveRange("now", "now-1h", NOW)).toBeUndefined();
  expect(resolveRange("now", "now", NOW)).toBeUndefined();
});

it("writes times", () => {
  expect(formatTime(TEN + 300_000, "utc")).toBe("2026-01-15 10:05:00");
  expect(formatRange({ start: TEN, end: TEN + 3_600_000 }, "utc")).toBe("2026-01-15 10:00 – 11:00");
  expect(zoneName("utc", TEN)).toBe("UTC");
  expect(formatAge(NOW - 16 * 86_400_000, NOW)).toBe("16 days ago");
  expect(formatAge(NOW, NOW)).toBe("just now");
  expect(describeRelative("now-5m")).toBe("Last 5 minutes");
  expect(describeRelative("now-1h")).toBe("Last hour");
  expect(describeRelative("123")).toBeUndefined();
});
