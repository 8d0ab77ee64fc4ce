/** Levels of cost from 0 (none) to 5 (the hottest in scope); logarithmic, so that 1% still shows. */
export function heatLevel(value: number, largest: number): number {
  if (value <= 0 || largest <= 0) return 0;
  const share = Math.min(1, value / largest);
  return 1 + Math.min(4, Math.floor((4 * Math.log(1 + 99 * share)) / Math.log(100)));
}
