// Title with the way back, and the row of switches above the code.
import type { ComponentChildren, RefObject } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { MenuItem, Popover } from "../../components/popover";
import { formatValue } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { heatBasis } from "../../lib/preferences";
import { goBack, navigate, urlState } from "../../lib/router";
import type { LineCost } from "../../source/costs";
import { T } from "../../texts";

export function DetailsHead(props: {
  mode: "dock" | "page";
  heading: RefObject<HTMLHeadingElement | null>;
  onClose(): void;
}) {
  const title = T.functionDetails;
  return (
    <div class="details-head">
      <button
        type="button"
        class="btn quiet icon"
        aria-label={T.back}
        title={`${T.back} (Alt ←)`}
        onClick={goBack}
      >
        <Icon name="left" />
      </button>
      {props.mode === "page" ? (
        <h1 tabIndex={-1} ref={props.heading}>
          {title}
        </h1>
      ) : (
        <h2 tabIndex={-1} ref={props.heading}>
          {title}
        </h2>
      )}
      <span class="spacer" />
      {props.mode === "dock" && (
        <>
          <button
            type="button"
            class="btn quiet icon"
            aria-label={T.fullPage}
            title={`${T.fullPage} (m)`}
            onClick={() => navigate("function", urlState.peek())}
          >
            <Icon name="expand" />
          </button>
          <button
            type="button"
            class="btn quiet icon"
            aria-label={T.close}
            title={`${T.close} (x)`}
            onClick={props.onClose}
          >
            <Icon name="close" />
          </button>
        </>
      )}
    </div>
  );
}

interface ToolsProps {
  lines: LineCost[];
  unit: string;
  /** Undefined where the whole file is shown anyway. */
  whole?: boolean;
  explain: boolean;
  hasAnswer: boolean;
  failed: boolean;
  onWhole?: (on: boolean) => void;
  onExplain(): void;
  onStep(by: 1 | -1): void;
  onHottest(): void;
  onLine(n: number): void;
  /** Menus of their own, at the end of the row. */
  children: ComponentChildren;
}

export function LedgerTools(props: ToolsProps) {
  return (
    <div class="ledger-tools">
      <h3>{T.breakdown}</h3>
      <span class="spacer" />
      <fieldset class="segments" aria-label={T.heat}>
        {(["self", "total"] as const).map((basis) => (
          <button
            key={basis}
            type="button"
            aria-pressed={heatBasis.value === basis}
            title={`${T.heat}: ${T.heatOf[basis]}`}
            onClick={() => (heatBasis.value = basis)}
          >
            {T.heatOf[basis]}
          </button>
        ))}
      </fieldset>
      <span class="steps">
        <button
          type="button"
          class="btn quiet icon small up"
          aria-label={T.previousLine}
          title={`${T.previousLine} (p)`}
          onClick={() => props.onStep(-1)}
        >
          <Icon name="down" />
        </button>
        <button
          type="button"
          class="btn quiet icon small"
          aria-label={T.nextLine}
          title={`${T.nextLine} (n)`}
          onClick={() => props.onStep(1)}
        >
          <Icon name="down" />
        </button>
      </span>
      <HotList lines={props.lines} unit={props.unit} onLine={props.onLine} />
      {props.onWhole && (
        <button
          type="button"
          class="btn quiet"
          aria-pressed={props.whole}
          onClick={() => props.onWhole?.(!props.whole)}
        >
          {T.wholeFile}
        </button>
      )}
      {props.hasAnswer && !props.failed && (
        <button
          type="button"
          class="btn quiet"
          aria-pressed={props.explain}
          aria-label={T.explainMapping}
          title={T.explainMapping}
          onClick={props.onExplain}
        >
          {T.explain}
        </button>
      )}
      {props.children}
    </div>
  );
}

/** The same as the overview strip, for the keyboard and for screen readers. */
function HotList({ lines, unit, onLine }: { lines: LineCost[]; unit: string; onLine(n: number): void }) {
  const [request, ask] = useState(0);
  useKeys({ l: () => ask((n) => n + 1) });
  const hot = lines
    .filter((line) => line.total > 0)
    .sort((a, b) => b.self - a.self || b.total - a.total)
    .slice(0, 20);
  return (
    <Popover
      label={T.hotLinesInFile}
      role="menu"
      align="right"
      class="btn quiet"
      request={request}
      button={T.hotLines}
    >
      {(close) =>
        hot.map((line) => (
          <MenuItem
            key={line.n}
            hint={`${T.colSelf} ${formatValue(line.self, unit)} · ${T.colTotal} ${formatValue(line.total, unit)}`}
            onSelect={() => {
              close();
              onLine(line.n);
            }}
          >
            {T.colLine} {line.n}
          </MenuItem>
        ))
      }
    </Popover>
  );
}
