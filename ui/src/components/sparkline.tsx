// A trend without axes. The area under a stepless line, scaled to its own maximum.
const WIDTH = 120;
const HEIGHT = 26;

export function sparkPath(values: number[], width = WIDTH, height = HEIGHT): string {
  const top = Math.max(...values, 0);
  if (values.length === 0 || top <= 0) return "";
  const step = values.length > 1 ? width / (values.length - 1) : width;
  return values
    .map(
      (value, i) =>
        `${i === 0 ? "M" : "L"}${(i * step).toFixed(1)} ${(height - 1 - (value / top) * (height - 3)).toFixed(1)}`,
    )
    .join("");
}

export function Sparkline({ values }: { values: number[] }) {
  const line = sparkPath(values);
  return (
    <svg class="spark" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {line !== "" && (
        <>
          <path class="area" d={`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
          <path class="line" d={line} />
        </>
      )}
    </svg>
  );
}
