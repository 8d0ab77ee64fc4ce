import { expect, it } from "vitest";
import { heatLevel } from "./heat";
import { chooseType, compareTypes, parseType, rateOf, typeLabels } from "./profile-types";
import { quickFilter } from "./quickfilter";

it("heat is logarithmic in five levels", () => {
  expect([0, 1, 10, 50, 100].map((v) => heatLevel(v, 100))).toEqual([0, 1, 3, 4, 5]);
  expect(heatLevel(4, 18)).toBe(3);
  expect(heatLevel(1, 0)).toBe(0);
});

it("quick filter ignores what is not valid", () => {
  const names = ["shop-api", "billing", "shop-web"];
  expect(names.filter(quickFilter("shop, ^bil"))).toHaveLength(3);
  expect(names.filter(quickFilter("^shop-a,"))).toEqual(["shop-api"]);
  expect(names.filter(quickFilter("["))).toHaveLength(3);
  expect(names.filter(quickFilter("[,billing"))).toEqual(["billing"]);
});

it("orders and chooses types", () => {
  const cpu = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
  const samples = "process_cpu:samples:count:cpu:nanoseconds";
  const heap = "memory:inuse_space:bytes:space:bytes";
  const block = "block:delay:nanoseconds:contentions:count";
  const sorted = [block, heap, samples, cpu].map(parseType).sort(compareTypes);
  expect(sorted.map((t) => t.id)).toEqual([cpu, samples, heap, block]);
  expect(chooseType([heap, cpu], undefined)).toBe(cpu);
  expect(chooseType([heap, cpu], heap)).toBe(heap);
  expect(chooseType([heap], cpu)).toBe(heap);
  expect(chooseType([], cpu)).toBeUndefined();
  const wall = "wall:wall:nanoseconds:wall:nanoseconds";
  const wallCount = "wall:wall:count:wall:nanoseconds";
  const wallCpu = "wall:cpu:nanoseconds:wall:nanoseconds";
  const cpuWall = "process_cpu:wall:nanoseconds:cpu:nanoseconds";
  expect(chooseType([heap, samples, wall, cpu], undefined)).toBe(cpu);
  expect(chooseType([heap, samples, wall], undefined)).toBe(wall);
  expect(chooseType([heap, wallCpu, wall], undefined)).toBe(wall);
  expect(chooseType([heap, wallCpu], undefined)).toBe(wallCpu);
  expect(chooseType([heap, samples, cpuWall], undefined)).toBe(cpuWall);
  expect(chooseType([heap, wallCount, samples], undefined)).toBe(samples);
  expect(rateOf(parseType(cpu), 15_000).factor * 15e9).toBe(1);
  expect(rateOf(parseType(heap), 15_000).factor).toBe(1);
});

it("types that share a name are told apart by what differs", () => {
  const bySpace = "memory:inuse_objects:count:space:bytes";
  const byInuse = "memory:inuse_objects:count:inuse_space:bytes";
  const delay = "block:delay:nanoseconds:contentions:count";
  const delayMs = "block:delay:milliseconds:contentions:count";
  const cpu = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
  const labels = typeLabels([bySpace, byInuse, delay, delayMs, cpu].map(parseType));
  expect([...labels.values()]).toEqual([
    "memory/inuse_objects (per space bytes)",
    "memory/inuse_objects (per inuse_space bytes)",
    "block/delay (nanoseconds)",
    "block/delay (milliseconds)",
    "process_cpu/cpu",
  ]);
});
