// All costly lines of the file beside the scroll bar. A picture for the mouse; the list of hot lines
// says the same to everybody.
import { useRef } from "preact/hooks";
import { useSize } from "../flame/use-size";
import { type Basis, type LineCost, nearestMark, stripMarks } from "./costs";

interface Props {
  lines: LineCost[];
  basis: Basis;
  lineCount: number;
  viewport: [number, number];
  describe(line: number, self: number): string;
  onJump(line: number): void;
}

export function Strip({ lines, basis, lineCount, viewport, describe, onJump }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const scale = height / Math.max(1, lineCount);
  const marks = stripMarks(lines, basis, lineCount, height);
  const top = Math.max(0, (viewport[0] - 1) * scale);
  return (
    <div
      class="strip"
      ref={box}
      aria-hidden="true"
      onClick={(event) => {
        const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
        const near = nearestMark(marks, y);
        onJump(near ? near.line : Math.max(1, Math.ceil(y / scale)));
      }}
    >
      <i
        class="strip-view"
        style={{ top: `${top}px`, height: `${Math.max(6, (viewport[1] - viewport[0] + 1) * scale)}px` }}
      />
      {marks.map((mark) => (
        <b
          key={mark.line}
          class={`heat-mark level-${mark.level}`}
          title={describe(mark.line, mark.self)}
          style={{ top: `${mark.y}px`, height: `${mark.height}px` }}
        />
      ))}
    </div>
  );
}
