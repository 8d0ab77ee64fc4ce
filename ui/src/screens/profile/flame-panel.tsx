// Table and flame graph side by side, with what applies to both: search, zoom, sandwich, colours.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { BarMenu, type BarAction } from "../../flame/bar-menu";
import { copyText } from "../../components/copy";
import { FlameGraph } from "../../flame/flame-graph";
import { decodeFocus, encodeFocus } from "../../flame/focus";
import { type FlameModel, namesOf, nodeCount, nodeName, ROOT } from "../../flame/model";
import { buildSandwich } from "../../flame/sandwich";
import { searchNames, searchNodes } from "../../flame/search";
import type { FunctionsResponse } from "../../lib/api";
import { formatPercent, formatValue } from "../../lib/format";
import { useEscape } from "../../lib/keys";
import { flameColors } from "../../lib/preferences";
import { parseType, typeName } from "../../lib/profile-types";
import { update, urlState } from "../../lib/router";
import type { View } from "../../lib/urlstate";
import { detailsEnabled } from "../../lib/settings";
import { T } from "../../texts";
import { functionRows, MORE_NODES, placesOf } from "./data";
import { openDetails } from "./focus";
import { FunctionTable, parseTableSort, sortRows } from "./function-table";
import { SandwichView } from "./sandwich-view";
import { SearchBox } from "./search-box";
import { queryTotal } from "./total";

const hoveredName = signal<string | undefined>(undefined);

interface Props {
  model: FlameModel;
  exact: FunctionsResponse | undefined;
  unit: string;
  type: string;
  maxNodes: number;
  dataKey: string;
  view: View;
}

export function FlamePanel(props: Props) {
  const { model, unit, view } = props;
  const { q, focus: focusText, sandwich, sort, fn } = urlState.value;
  const total = queryTotal(props.exact, model);
  const rows = useMemo(() => functionRows(props.exact, model), [props.exact, model]);
  const places = useMemo(() => placesOf(rows), [rows]);
  const focus = useMemo(() => decodeFocus(model, focusText), [model, focusText]);
  const result = useMemo(() => searchNames(q, model.names.slice(1)), [q, model]);
  // Index 0 is the root, which is no function and never matches.
  const matches = useMemo(() => result && new Set([...result.names].map((i) => i + 1)), [result]);
  const hits = useMemo(() => matches && searchNodes(model, matches), [model, matches]);
  const [step, setStep] = useState({ at: -1, serial: 0 });
  // Another search starts over.
  useEffect(() => setStep({ at: -1, serial: 0 }), [q, model]);

  const shown = useMemo(() => {
    const { key, descending } = parseTableSort(sort);
    const wanted = searchNames(
      q,
      rows.map((row) => row.name),
    );
    const kept = wanted ? rows.filter((_, i) => wanted.names.has(i)) : rows;
    return sortRows(kept, key, descending);
  }, [rows, q, sort]);

  const marked = useMemo(() => {
    const names = [fn, hoveredName.value].map((name) => (name ? model.names.indexOf(name) : -1));
    return new Set(names.filter((i) => i > 0));
  }, [fn, hoveredName.value, model]);

  useEscape(focus > ROOT || sandwich !== undefined, () => {
    if (sandwich !== undefined) update({ sandwich: undefined });
    else zoomTo(model.parent[focus]);
  });

  function zoomTo(node: number) {
    update({ focus: encodeFocus(model, node) });
  }

  function stepBy(by: 1 | -1) {
    const count = hits?.nodes.length ?? 0;
    if (count === 0) return;
    setStep((old) => ({
      at: old.at < 0 ? (by > 0 ? 0 : count - 1) : (old.at + by + count) % count,
      serial: old.serial + 1,
    }));
  }

  function actionsOf(node: number): BarAction[] {
    const name = nodeName(model, node);
    return [
      ...(detailsEnabled.value
        ? [
            {
              label: T.functionDetails,
              hint: "Enter",
              run: () => openDetails(name, true, namesOf(model, node)),
            },
          ]
        : []),
      { label: T.zoom, hint: "z", run: () => zoomTo(node) },
      { label: T.sandwich, hint: "s", run: () => update({ sandwich: name }) },
      { label: T.searchThis, run: () => update({ q: name }) },
      { label: T.copyName, hint: "c", run: () => void copyText(name) },
      { label: T.copyStack, hint: "C", run: () => void copyText(namesOf(model, node).join("\n")) },
    ];
  }

  function onKey(key: string, node: number): boolean {
    const name = nodeName(model, node);
    if (key === "s" && node > ROOT) update({ sandwich: name });
    else if (key === "c") void copyText(name);
    else if (key === "C") void copyText(namesOf(model, node).join("\n"));
    else return false;
    return true;
  }

  const [menu, setMenu] = useState<{ node: number; x: number; y: number }>();
  const node = step.at >= 0 ? hits?.nodes[step.at] : undefined;
  const target = useMemo(
    () => (node === undefined ? undefined : { node, serial: step.serial }),
    [node, step.serial],
  );
  const sandwichData = useMemo(
    () => (sandwich ? buildSandwich(model, sandwich) : undefined),
    [model, sandwich],
  );
  const graph = {
    model,
    unit,
    base: total,
    marked,
    place: (name: string) => places.get(name),
    onHover: (name: string | undefined) => (hoveredName.value = name),
  };

  return (
    <div class={`card flame-panel view-${view}`}>
      <div class="card-head">
        <span class="meter" data-testid="meter">
          {T.meter(formatValue(total, unit), typeName(parseType(props.type)), nodeCount(model) - 1)}
        </span>
        {focus > ROOT && (
          <button
            type="button"
            class="chip"
            title={T.resetZoom}
            data-testid="zoom-pill"
            onClick={() => zoomTo(ROOT)}
          >
            {T.zoomPill(formatPercent(model.total[focus], total))} ×
          </button>
        )}
        {sandwich && (
          <button
            type="button"
            class="chip"
            title={T.closeSandwich}
            onClick={() => update({ sandwich: undefined })}
          >
            <bdi class="mono">{T.sandwichPill(sandwich)}</bdi> ×
          </button>
        )}
        <span class="spacer" />
        <SearchBox result={result} hits={hits} at={step.at} base={total} onStep={stepBy} />
        <ColorMode />
        <Layout view={view} />
      </div>
      <Truncated model={model} maxNodes={props.maxNodes} />
      <div class="panes">
        {view !== "flame" && (
          <FunctionTable
            rows={shown}
            unit={unit}
            base={total}
            dataKey={props.dataKey}
            hovered={hoveredName.value}
            onOpen={(name, byKey) => openDetails(name, byKey)}
            onSandwich={(name) => update({ sandwich: sandwich === name ? undefined : name })}
            onHover={(name) => (hoveredName.value = name)}
          />
        )}
        {view !== "table" &&
          (sandwichData ? (
            <SandwichView data={sandwichData} {...graph} onOpen={openDetails} />
          ) : (
            <FlameGraph
              {...graph}
              focus={focus}
              matches={matches}
              target={target}
              onFocus={zoomTo}
              onOpen={(n, byKey) => openDetails(nodeName(model, n), byKey, namesOf(model, n))}
              onKey={onKey}
              onMenu={(n, x, y) => setMenu({ node: n, x, y })}
            />
          ))}
      </div>
      {menu && (
        <BarMenu
          label={nodeName(model, menu.node)}
          x={menu.x}
          y={menu.y}
          actions={actionsOf(menu.node)}
          onClose={() => setMenu(undefined)}
        />
      )}
    </div>
  );
}

function ColorMode() {
  return (
    <fieldset class="segments" aria-label={T.colors}>
      <button
        type="button"
        aria-pressed={flameColors.value === "package"}
        onClick={() => (flameColors.value = "package")}
      >
        {T.colorPackage}
      </button>
      <button
        type="button"
        aria-pressed={flameColors.value === "value"}
        onClick={() => (flameColors.value = "value")}
      >
        {T.colorValue}
      </button>
    </fieldset>
  );
}

function Layout({ view }: { view: View }) {
  const options: [View, string][] = [
    ["table", T.viewTable],
    ["both", T.viewBoth],
    ["flame", T.viewFlame],
  ];
  return (
    <fieldset class="segments layout" aria-label={T.layout}>
      {options.map(([name, label]) => (
        <button key={name} type="button" aria-pressed={view === name} onClick={() => update({ view: name })}>
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function Truncated({ model, maxNodes }: { model: FlameModel; maxNodes: number }) {
  if (nodeCount(model) <= maxNodes || !model.names.includes("other")) return null;
  return (
    <p class="banner warn" role="status">
      {T.truncated(maxNodes)}
      {maxNodes < MORE_NODES && (
        <button type="button" class="btn quiet" onClick={() => update({ max: MORE_NODES })}>
          {T.loadMore(MORE_NODES)}
        </button>
      )}
    </p>
  );
}
