// Whether a side has enough samples for its shares to mean something.

const ENOUGH_COUNT = 100;
const ENOUGH_SHARE = 0.01;

export interface SideAmount {
  queryTotal: number;
  unit: string;
}

/** Less than a hundredth of the other side; where values are counts, also less than a hundred of them. */
export function fewSamples(side: SideAmount, other: SideAmount): boolean {
  if (side.queryTotal < other.queryTotal * ENOUGH_SHARE) return true;
  return side.unit === "short" && side.queryTotal < ENOUGH_COUNT;
}

/** Change of a share in points, signed; empty when both sides are without cost. */
export function changeInPoints(
  before: number,
  beforeTotal: number,
  after: number,
  afterTotal: number,
): string {
  if (before === 0 && after === 0) return "";
  if (beforeTotal <= 0 || afterTotal <= 0) return "";
  const points = (after / afterTotal - before / beforeTotal) * 100;
  const rounded = Math.round(points * 100) / 100;
  if (rounded === 0) return points === 0 ? "0" : points > 0 ? "<+0.01" : ">-0.01";
  return `${rounded > 0 ? "+" : "\u2212"}${Math.abs(rounded)}`;
}
