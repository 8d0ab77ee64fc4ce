import { useState } from "preact/hooks";
import {
  editorTemplate,
  codeColumns,
  density,
  flameColors,
  heatBasis,
  labelEnd,
  percentBase,
  singleKeys,
  startView,
  type Theme,
  tabWidth,
  theme,
  zone,
} from "../../lib/preferences";
import { validTemplate } from "../../lib/editor-link";
import { T } from "../../texts";
import { CheckRow, SelectRow, SettingsCard } from "./card";

const S = T.settings;

const read = () => ({
  theme: theme.value,
  zone: zone.value,
  percentBase: percentBase.value,
  heat: heatBasis.value,
  colors: flameColors.value,
  tab: String(tabWidth.value),
  density: density.value,
  start: startView.value,
  columns: codeColumns.value,
  label: labelEnd.value,
  editor: editorTemplate.value,
  keys: singleKeys.value,
});

type Draft = ReturnType<typeof read>;

function write(draft: Draft): void {
  theme.value = draft.theme;
  zone.value = draft.zone;
  percentBase.value = draft.percentBase;
  heatBasis.value = draft.heat;
  flameColors.value = draft.colors;
  tabWidth.value = Number(draft.tab);
  density.value = draft.density;
  startView.value = draft.start;
  codeColumns.value = draft.columns;
  labelEnd.value = draft.label;
  editorTemplate.value = draft.editor;
  singleKeys.value = draft.keys;
}

export function BrowserCard({ onDirty }: { onDirty(dirty: boolean): void }) {
  const stored = read();
  // Only what was changed here: the theme has a switch in the bar as well.
  const [changes, setChanges] = useState<Partial<Draft>>({});
  const draft = { ...stored, ...changes };
  const validEditor = validTemplate(draft.editor);
  const change = (part: Partial<Draft>) => setChanges({ ...changes, ...part });
  return (
    <SettingsCard
      title={S.browser}
      hint={S.browserHint}
      dirty={JSON.stringify(draft) !== JSON.stringify(stored)}
      valid={validEditor}
      onDirty={onDirty}
      save={async () => {
        write(draft);
        setChanges({});
      }}
    >
      <SelectRow
        id="theme"
        label={S.theme}
        value={draft.theme}
        options={(Object.keys(T.themes) as Theme[]).map((name) => [name, T.themes[name]] as const)}
        onChange={(value) => change({ theme: value })}
      />
      <SelectRow
        id="density"
        label={S.density}
        value={draft.density}
        options={[
          ["compact", S.densities.compact],
          ["comfortable", S.densities.comfortable],
        ]}
        onChange={(value) => change({ density: value })}
      />
      <SelectRow
        id="start-view"
        label={S.startView}
        value={draft.start}
        options={[
          ["services", T.services],
          ["last", S.lastView],
        ]}
        onChange={(value) => change({ start: value })}
      />
      <SelectRow
        id="zone"
        label={S.zone}
        value={draft.zone}
        options={[
          ["browser", T.zoneBrowser],
          ["utc", T.zoneUtc],
        ]}
        onChange={(value) => change({ zone: value })}
      />
      <SelectRow
        id="percent-base"
        label={S.percentBase}
        value={draft.percentBase}
        options={[
          ["query", T.baseQuery],
          ["fn", T.baseFunction],
        ]}
        onChange={(value) => change({ percentBase: value })}
      />
      <SelectRow
        id="heat"
        label={S.heat}
        value={draft.heat}
        options={[
          ["self", T.heatOf.self],
          ["total", T.heatOf.total],
        ]}
        onChange={(value) => change({ heat: value })}
      />
      <SelectRow
        id="colors"
        label={S.colors}
        value={draft.colors}
        options={[
          ["package", T.colorPackage],
          ["value", T.colorValue],
        ]}
        onChange={(value) => change({ colors: value })}
      />
      <SelectRow
        id="label-end"
        label={S.labelEnd}
        value={draft.label}
        options={[
          ["left", S.labelEnds.left],
          ["right", S.labelEnds.right],
        ]}
        onChange={(value) => change({ label: value })}
      />
      <SelectRow
        id="code-columns"
        label={S.columns}
        value={draft.columns}
        options={[
          ["both", S.columnChoices.both],
          ["value", S.columnChoices.value],
          ["percent", S.columnChoices.percent],
        ]}
        onChange={(value) => change({ columns: value })}
      />
      <SelectRow
        id="tab-width"
        label={S.tabWidth}
        value={draft.tab}
        options={[
          ["2", "2"],
          ["4", "4"],
          ["8", "8"],
        ]}
        onChange={(value) => change({ tab: value })}
      />
      <div class="form-row">
        <label for="editor-link">{S.editor}</label>
        <span class="form-field">
          <input
            id="editor-link"
            class="field"
            autocomplete="off"
            spellcheck={false}
            value={draft.editor}
            aria-invalid={!validEditor}
            aria-describedby="editor-link-hint"
            onInput={(event) => change({ editor: event.currentTarget.value.trim() })}
          />
          <span id="editor-link-hint" class={validEditor ? "faint" : "err-text"}>
            {validEditor ? S.editorHint : S.badEditor}
          </span>
        </span>
      </div>
      <CheckRow
        id="single-keys"
        label={S.singleKeys}
        checked={draft.keys === "on"}
        onChange={(on) => change({ keys: on ? "on" : "off" })}
      />
    </SettingsCard>
  );
}
