// Settings of the tenant, kept by the server under one name as one JSON object, which other programs read
// and write too: what is not known here must survive a save.
import { computed, signal } from "@preact/signals";
import { fetchSettings, saveSetting } from "./api";

export const SETTING_NAME = "pluginSettings";
export const DEFAULT_NODES = 16_384;
/** More than any browser draws; the server may allow less. */
export const MAX_NODES = 1_000_000;

export interface TenantSettings {
  collapsedFlamegraphs: boolean;
  maxNodes: number;
  enableFunctionDetails: boolean;
  /** Ours alone: whether the list of services asks for the hottest line of each. */
  hottestOnOverview: boolean;
}

export const DEFAULT_SETTINGS: TenantSettings = {
  collapsedFlamegraphs: false,
  maxNodes: DEFAULT_NODES,
  enableFunctionDetails: true,
  hottestOnOverview: true,
};

type Json = Record<string, unknown>;

function parse(text: string | undefined): Json {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}

const flag = (value: unknown, initial: boolean) => (typeof value === "boolean" ? value : initial);

export function validNodes(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_NODES;
}

export function readSettings(text: string | undefined): TenantSettings {
  const json = parse(text);
  return {
    collapsedFlamegraphs: flag(json.collapsedFlamegraphs, DEFAULT_SETTINGS.collapsedFlamegraphs),
    maxNodes: validNodes(json.maxNodes) ? json.maxNodes : DEFAULT_NODES,
    enableFunctionDetails: flag(json.enableFunctionDetails, DEFAULT_SETTINGS.enableFunctionDetails),
    hottestOnOverview: flag(json.hottestOnOverview, DEFAULT_SETTINGS.hottestOnOverview),
  };
}

export function writeSettings(before: string | undefined, settings: TenantSettings): string {
  return JSON.stringify({ ...parse(before), ...settings });
}

const REMEMBERED = "flameline.details";

/** The last known value, so that a tenant without details does not see them flash up. */
function remembered(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) !== "off";
  } catch {
    return true;
  }
}

const settings = signal<TenantSettings>({ ...DEFAULT_SETTINGS, enableFunctionDetails: remembered() });

export const tenantSettings = computed(() => settings.value);
export const detailsEnabled = computed(() => settings.value.enableFunctionDetails);

function apply(text: string | undefined): void {
  settings.value = readSettings(text);
  try {
    if (settings.value.enableFunctionDetails) localStorage.removeItem(REMEMBERED);
    else localStorage.setItem(REMEMBERED, "off");
  } catch {
    // Only spares a flash.
  }
}

async function stored(): Promise<string | undefined> {
  return (await fetchSettings()).find((setting) => setting.name === SETTING_NAME)?.value;
}

/** Rejects when the server cannot tell; the defaults stay in force then. */
export async function loadSettings(): Promise<void> {
  apply(await stored());
}

/** Reads what is stored just before writing, so that a key that another program added is not lost. */
export async function saveSettings(next: TenantSettings): Promise<void> {
  const text = writeSettings(await stored(), next);
  await saveSetting(SETTING_NAME, text);
  apply(text);
}
