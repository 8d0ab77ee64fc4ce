import { useEffect, useState } from "preact/hooks";
import { formatCount } from "../../lib/format";
import {
  loadSettings,
  MAX_NODES,
  saveSettings,
  type TenantSettings,
  tenantSettings,
  validNodes,
} from "../../lib/settings";
import { T } from "../../texts";
import { CheckRow, SettingsCard } from "./card";

const S = T.settings;

type Draft = Omit<TenantSettings, "maxNodes"> & { maxNodes: string };

const draftOf = (settings: TenantSettings): Draft => ({ ...settings, maxNodes: String(settings.maxNodes) });
const same = (a: Draft, b: Draft) => JSON.stringify(a) === JSON.stringify(b);

export function TenantCard({ onDirty }: { onDirty(dirty: boolean): void }) {
  const stored = draftOf(tenantSettings.value);
  const [draft, setDraft] = useState(stored);
  const [touched, touch] = useState(false);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    loadSettings().catch((error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  // What the server says arrives late; it must not overwrite what is being typed.
  const shown = touched ? draft : stored;
  const change = (part: Partial<Draft>) => {
    touch(true);
    setDraft({ ...shown, ...part });
  };
  const nodes = /^\d+$/.test(shown.maxNodes) ? Number(shown.maxNodes) : Number.NaN;
  const valid = validNodes(nodes);
  return (
    <SettingsCard
      title={S.tenant}
      hint={S.tenantHint}
      dirty={!same(shown, stored)}
      valid={valid}
      onDirty={onDirty}
      save={async () => {
        await saveSettings({ ...shown, maxNodes: nodes });
        touch(false);
        setFailure("");
      }}
    >
      {failure && (
        <p class="warn-text" role="status">
          {S.loadFailed(failure)}
        </p>
      )}
      <CheckRow
        id="collapsed"
        label={S.collapsed}
        hint={S.collapsedHint}
        checked={shown.collapsedFlamegraphs}
        onChange={(collapsedFlamegraphs) => change({ collapsedFlamegraphs })}
      />
      <div class="form-row">
        <label for="max-nodes">{S.maxNodes}</label>
        <span class="form-field">
          <input
            id="max-nodes"
            class="field nodes"
            inputMode="numeric"
            autocomplete="off"
            value={shown.maxNodes}
            aria-invalid={!valid}
            aria-describedby="max-nodes-hint"
            onInput={(event) => change({ maxNodes: event.currentTarget.value.trim() })}
          />
          <span id="max-nodes-hint" class={valid ? "faint" : "err-text"}>
            {valid ? S.maxNodesHint : S.badNodes(formatCount(MAX_NODES))}
          </span>
        </span>
      </div>
      <CheckRow
        id="function-details"
        label={S.details}
        hint={S.detailsHint}
        checked={shown.enableFunctionDetails}
        onChange={(enableFunctionDetails) => change({ enableFunctionDetails })}
      />
      <CheckRow
        id="hottest"
        label={S.hottest}
        hint={S.hottestHint}
        checked={shown.hottestOnOverview}
        onChange={(hottestOnOverview) => change({ hottestOnOverview })}
      />
    </SettingsCard>
  );
}
