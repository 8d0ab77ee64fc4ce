// What the profile types mean: order, unit, explanation, and how their values become a rate.

export interface ProfileType {
  id: string;
  /** The part before the slash in `process_cpu/cpu`. */
  group: string;
  sample: string;
  unit: string;
  /** As the id spells them; only needed to tell apart types that share a name. */
  rawUnit: string;
  period: string;
}

const UNITS: Record<string, string> = { nanoseconds: "ns", bytes: "bytes", count: "short", objects: "short" };
const GROUP_ORDER = ["process_cpu", "memory"];
const WALL = /^(wall|wall_?clock|wall_?time)$/;

const EXPLAIN: Record<string, string> = {
  "process_cpu/cpu": "CPU time used, cumulative",
  "process_cpu/samples": "CPU samples taken, cumulative",
  "wall/wall": "Wall clock time, running or waiting, cumulative",
  "memory/alloc_objects": "Objects allocated, cumulative",
  "memory/alloc_space": "Bytes allocated, cumulative",
  "memory/inuse_objects": "Objects alive, at an instant",
  "memory/inuse_space": "Bytes alive, at an instant",
  "mutex/contentions": "Waits for a mutex, cumulative",
  "mutex/delay": "Time waited for a mutex, cumulative",
  "block/contentions": "Blocking waits, cumulative",
  "block/delay": "Time blocked, cumulative",
  "goroutine/goroutine": "Goroutines alive, at an instant",
  "goroutines/goroutine": "Goroutines alive, at an instant",
};

export function parseType(id: string): ProfileType {
  const [group = id, sample = "", unit = "", periodType = "", periodUnit = ""] = id.split(":");
  return {
    id,
    group,
    sample,
    unit: UNITS[unit] ?? (unit === "" ? "short" : unit),
    rawUnit: unit,
    period: [periodType, periodUnit].filter((part) => part !== "").join(" "),
  };
}

export function typeName(type: ProfileType): string {
  return `${type.group}/${type.sample}`;
}

/** Names for a list: where two types share theirs, with what differs. */
export function typeLabels(types: ProfileType[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const type of types) {
    const twins = types.filter((other) => typeName(other) === typeName(type));
    const differs = (key: "rawUnit" | "period") => twins.some((other) => other[key] !== type[key]);
    const notes = [
      differs("rawUnit") ? type.rawUnit : "",
      differs("period") ? `per ${type.period || "?"}` : "",
    ].filter((note) => note !== "");
    labels.set(type.id, notes.length > 0 ? `${typeName(type)} (${notes.join(", ")})` : typeName(type));
  }
  return labels;
}

export function explainType(type: ProfileType): string {
  const known = EXPLAIN[typeName(type)];
  if (known) return known;
  return isInstant(type) ? "State at an instant" : "Cumulative over the range";
}

/** Instant values are shown as they are; the others as a rate over time. */
export function isInstant(type: ProfileType): boolean {
  return /^inuse_|^goroutine|^thread|^live/.test(type.sample);
}

function rank(type: ProfileType): number {
  const at = GROUP_ORDER.indexOf(type.group);
  return at === -1 ? GROUP_ORDER.length : at;
}

export function compareTypes(a: ProfileType, b: ProfileType): number {
  const byRank = rank(a) - rank(b);
  if (byRank !== 0) return byRank;
  // Within CPU, time before counts: the usual question is "how long", not "how often".
  if (a.group === b.group && a.group === "process_cpu")
    return a.sample === "cpu" ? -1 : b.sample === "cpu" ? 1 : 0;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** What a service is opened with: CPU time, time by the clock, anything else of the CPU, then the rest. */
function preference(type: ProfileType): number {
  if (typeName(type) === "process_cpu/cpu") return 0;
  if (WALL.test(type.sample) && type.rawUnit === "nanoseconds") return 1;
  return /cpu/.test(type.group) || /cpu/.test(type.sample) ? 2 : 3;
}

export function chooseType(ids: string[], wanted: string | undefined): string | undefined {
  if (wanted && ids.includes(wanted)) return wanted;
  const types = ids.map(parseType);
  return types.sort((a, b) => preference(a) - preference(b) || compareTypes(a, b))[0]?.id;
}

/** Value of one bucket as a point of the chart, with the unit of the axis. */
export function rateOf(type: ProfileType, stepMs: number): { factor: number; unit: string; suffix: string } {
  if (isInstant(type)) return { factor: 1, unit: type.unit, suffix: "" };
  if (type.unit === "ns") return { factor: 1 / (stepMs * 1e6), unit: "short", suffix: " cores" };
  return { factor: 1000 / stepMs, unit: type.unit, suffix: "/s" };
}
