// Numbers as text. The rules give the same text as Grafana for the same value, so that figures can be
// compared letter by letter: three significant digits, the scale chosen before rounding.

const MICRO = "\u00b5";
const NARROW_SPACE = "\u202f";

interface Scale {
  below: number;
  factor: number;
  suffix: string;
  plural?: boolean;
}

const NS: Scale[] = [
  { below: 1e3, factor: 1, suffix: "ns" },
  { below: 1e6, factor: 1e3, suffix: `${MICRO}s` },
  { below: 1e9, factor: 1e6, suffix: "ms" },
  { below: 6e10, factor: 1e9, suffix: "s" },
  { below: 3.6e12, factor: 6e10, suffix: "min", plural: true },
  { below: 8.64e13, factor: 3.6e12, suffix: "hour", plural: true },
  { below: Number.POSITIVE_INFINITY, factor: 8.64e13, suffix: "day", plural: true },
];

function powers(base: number, suffixes: string[]): Scale[] {
  return suffixes.map((suffix, i) => ({
    below: i === suffixes.length - 1 ? Number.POSITIVE_INFINITY : base ** (i + 1),
    factor: base ** i,
    suffix,
  }));
}

const BYTES = powers(1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
const SHORT = powers(1000, ["", "K", "Mil", "Bil", "Tri", "Quadr", "Quint"]);

/** Three significant digits, half up, trailing zeros kept, the integer part never cut. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "—";
  if (Number.isInteger(value)) return String(value);
  const abs = Math.abs(value);
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(abs)));
  const factor = 10 ** decimals;
  const text = (Math.floor(abs * factor + 0.5) / factor).toFixed(decimals);
  return value < 0 ? `-${text}` : text;
}

function scaled(value: number, scales: Scale[]): string {
  const abs = Math.abs(value);
  const scale = scales.find((candidate) => abs < candidate.below) ?? scales[scales.length - 1];
  const v = value / scale.factor;
  const suffix = scale.plural && Math.abs(v) > 1 ? `${scale.suffix}s` : scale.suffix;
  return suffix === "" ? significant(v) : `${significant(v)} ${suffix}`;
}

/** A value in the unit of the API: ns, bytes, short, or any other word, which is appended. */
export function formatValue(value: number, unit: string): string {
  switch (unit) {
    case "ns":
      return scaled(value, NS);
    case "bytes":
      return scaled(value, BYTES);
    case "short":
    case "":
      return scaled(value, SHORT);
    default:
      return `${scaled(value, SHORT)} ${unit}`;
  }
}

/** At most two decimals, trailing zeros dropped; a dash when there is nothing to be a part of. */
export function formatPercent(part: number, base: number): string {
  if (base === 0 || !Number.isFinite(part / base)) return "—";
  const percent = (part / base) * 100;
  if (percent === 0) return "0%";
  if (Math.abs(percent) < 0.01) return "<0.01%";
  return `${Math.round(percent * 100) / 100}%`;
}

/** Whole percent, for shares of versions where decimals would only be noise. */
export function formatShare(part: number, base: number): string {
  if (base === 0) return "—";
  const percent = (part / base) * 100;
  return percent > 0 && percent < 0.5 ? "<1%" : `${Math.round(percent)}%`;
}

/** Relative change against an earlier value, with its sign. */
export function formatChange(now: number, before: number): string {
  if (before === 0) return now === 0 ? "—" : "new";
  const percent = ((now - before) / before) * 100;
  const rounded = Math.abs(percent) >= 10 ? Math.round(percent) : Math.round(percent * 10) / 10;
  if (rounded === 0) return "0%";
  return `${rounded > 0 ? "+" : "\u2212"}${Math.abs(rounded)}%`;
}

/** Whole numbers in tooltips and counts, grouped by a narrow blank. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, NARROW_SPACE);
}

/** int64 of the API, which JSON carries as text; exact conversion first, the nearest double then. */
export function int64(value: string | number | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  return value.length <= 15 ? Number(value) : Number(BigInt(value));
}
