// The messages of the server API as the UI uses them, and one function per call. Names follow the
// .proto files in api/; int64 fields arrive as text, defaults and empty lists are left out.
import { call, send } from "./rpc";
import { serviceSelector } from "./selector";
import type { Range } from "./time";

export type Int64 = string | number;

export interface Selection {
  profileTypeID: string;
  labelSelector: string;
  start: string;
  end: string;
}

export interface LabelPair {
  name: string;
  value: string;
}
export interface Labels {
  labels?: LabelPair[];
}
export interface Point {
  value?: number;
  timestamp?: Int64;
}
export interface Series {
  labels?: LabelPair[];
  points?: Point[];
}
export interface FlameGraphMessage {
  names?: string[];
  levels?: { values?: Int64[] }[];
  total?: Int64;
  maxSelf?: Int64;
}

export interface Callee {
  name: string;
  total?: Int64;
  inlined?: boolean;
  file?: string;
  startLine?: number;
}
export interface LineMessage {
  n?: number;
  self?: Int64;
  total?: Int64;
  callees?: Callee[];
}
export interface FunctionVersion {
  repository?: string;
  ref?: string;
  root?: string;
  file?: string;
  startLine?: number;
  self?: Int64;
  total?: Int64;
  lines?: LineMessage[];
}
export interface Caller {
  name: string;
  file?: string;
  n?: number;
  total?: Int64;
  inlined?: boolean;
}
export interface FunctionResponse {
  function?: string;
  unit?: string;
  queryTotal?: Int64;
  self?: Int64;
  total?: Int64;
  truncated?: boolean;
  versions?: FunctionVersion[];
  callers?: Caller[];
}
export interface FileLine {
  n?: number;
  self?: Int64;
  total?: Int64;
  functions?: number[];
}
export interface KnownFunction {
  name?: string;
  startLine?: number;
}
export interface FileFunction extends KnownFunction {
  self?: Int64;
  total?: Int64;
}
export interface FileVersion {
  repository?: string;
  ref?: string;
  root?: string;
  self?: Int64;
  total?: Int64;
  functions?: FileFunction[];
  lines?: FileLine[];
}
export interface FileResponse {
  file?: string;
  unit?: string;
  queryTotal?: Int64;
  versions?: FileVersion[];
}
export interface HotLine {
  repository?: string;
  ref?: string;
  root?: string;
  file?: string;
  n?: number;
  function?: string;
  startLine?: number;
  self?: Int64;
  total?: Int64;
}
export interface HotLinesResponse {
  unit?: string;
  queryTotal?: Int64;
  lines?: HotLine[];
  noLineSelf?: Int64;
  noLineTotal?: Int64;
  restSelf?: Int64;
  count?: number;
}
export interface FunctionRow {
  name?: string;
  file?: string;
  startLine?: number;
  self?: Int64;
  total?: Int64;
}
export interface FunctionsResponse {
  unit?: string;
  queryTotal?: Int64;
  functions?: FunctionRow[];
  count?: number;
}
export interface Attempt {
  step?: string;
  repo?: string;
  ref?: string;
  path?: string;
  result?: string;
  status?: number;
  ms?: number;
  cached?: boolean;
  message?: string;
}
export interface SourceState {
  state?: string;
  message?: string;
  url?: string;
  commit?: string;
  provider?: string;
  repository?: string;
  path?: string;
  rule?: string;
  uncertain?: boolean;
  retryAt?: Int64;
}
export interface ResolveRequest {
  repository: string;
  ref: string;
  root: string;
  file: string;
  function: string;
  startLine: number;
  maxLine: number;
  functions?: KnownFunction[];
  /** Only where the ref is not a commit: then the time decides which commit is meant. */
  profiledAt?: string;
}
export interface VersionCheck {
  verdict?: string;
  shift?: number;
  checked?: number;
  fitting?: number;
}
export interface ResolveResponse {
  source?: SourceState;
  text?: string;
  warnings?: { code?: string; message?: string }[];
  attempts?: Attempt[];
  suggestion?: string;
  version?: VersionCheck;
}
export interface OverrideResponse {
  set?: boolean;
  repository?: string;
  ref?: string;
  root?: string;
}
export interface Host {
  provider?: string;
  type?: string;
  label?: string;
  webURL?: string;
  state?: string;
  canConnect?: boolean;
  account?: string;
  expiresAt?: Int64;
  revokeURL?: string;
}
export interface BeginLoginResponse {
  attempt?: string;
  url?: string;
  expiresAt?: Int64;
}
export interface Setting {
  name?: string;
  value?: string;
  modifiedAt?: Int64;
}
export interface Commit {
  ref?: string;
  sha?: string;
  message?: string;
  author?: string;
  date?: string;
  url?: string;
  error?: string;
}
export interface ProfileStats {
  dataIngested?: boolean;
  oldestProfileTime?: Int64;
  newestProfileTime?: Int64;
}

const QUERIER = "querier.v1.QuerierService";
const LINES = "flameline.v1.LinesService";
export const SOURCE = "flameline.v1.SourceService";
const ACCOUNT = "flameline.v1.AccountService";
const SETTINGS = "settings.v1.SettingsService";

const times = (range: Range) => ({ start: String(range.start), end: String(range.end) });

export function selection(type: string, selector: string, range: Range): Selection {
  return { profileTypeID: type, labelSelector: selector, ...times(range) };
}

export async function fetchSeriesLabels(
  range: Range,
  labelNames: string[],
  matchers: string[],
  signal?: AbortSignal,
): Promise<Record<string, string>[]> {
  const request = { ...times(range), labelNames, matchers };
  const response = await call<{ labelsSet?: Labels[] }>(`${QUERIER}/Series`, request, signal);
  return (response.labelsSet ?? []).map((set) =>
    Object.fromEntries((set.labels ?? []).map((pair) => [pair.name, pair.value])),
  );
}

/** Sums per bucket of `step` ms; a bucket ends at its timestamp and the first begins at range.start. */
export async function fetchSeries(
  type: string,
  selector: string,
  range: Range,
  step: number,
  groupBy: string[],
  signal?: AbortSignal,
): Promise<Series[]> {
  const first = { start: range.start + step, end: range.end };
  const request = { ...selection(type, selector, first), groupBy, step: step / 1000 };
  const response = await call<{ series?: Series[] }>(`${QUERIER}/SelectSeries`, request, signal);
  return response.series ?? [];
}

/** Points that a search for the newest profile asks for; it answers the end of the last that has one. */
const NEWEST_POINTS = 500;

/** About when a service sent its newest profile, in ms; 0 when it never did. */
export async function fetchNewest(service: string, all: Range, signal?: AbortSignal): Promise<number> {
  const selector = serviceSelector(service, []);
  const sets = await fetchSeriesLabels(all, ["__profile_type__"], [selector], signal);
  const types = [...new Set(sets.map((set) => set.__profile_type__))].filter((type) => type);
  const step = Math.max(1000, Math.ceil((all.end - all.start) / NEWEST_POINTS / 1000) * 1000);
  const buckets = { start: all.end - Math.ceil((all.end - all.start) / step) * step - step, end: all.end };
  const series = await Promise.all(
    types.map((type) => fetchSeries(type, selector, buckets, step, [], signal)),
  );
  const points = series.flat().flatMap((one) => one.points ?? []);
  return Math.max(0, ...points.filter((p) => p.value).map((p) => Number(p.timestamp ?? 0)));
}

export async function fetchFlameGraph(
  sel: Selection,
  maxNodes: number,
  signal?: AbortSignal,
): Promise<FlameGraphMessage> {
  const request = { ...sel, maxNodes: String(maxNodes), format: "PROFILE_FORMAT_FLAMEGRAPH" };
  const response = await call<{ flamegraph?: FlameGraphMessage }>(
    `${QUERIER}/SelectMergeStacktraces`,
    request,
    signal,
  );
  return response.flamegraph ?? {};
}

export function fetchStats(signal?: AbortSignal): Promise<ProfileStats> {
  return call(`${QUERIER}/GetProfileStats`, {}, signal);
}

export function fetchFunctions(
  sel: Selection,
  limit: number,
  signal?: AbortSignal,
): Promise<FunctionsResponse> {
  return call(`${LINES}/Functions`, { selection: sel, limit }, signal);
}

export function fetchFunction(
  sel: Selection,
  fn: string,
  callPath: string[],
  signal?: AbortSignal,
): Promise<FunctionResponse> {
  return call(`${LINES}/Function`, { selection: sel, function: fn, callPath }, signal);
}

export function fetchFile(
  sel: Selection,
  version: { repository: string; ref: string; root: string; file: string },
  signal?: AbortSignal,
): Promise<FileResponse> {
  return call(`${LINES}/File`, { selection: sel, ...version }, signal);
}

/** The same for all versions of the selection. */
export function fetchFileVersions(sel: Selection, file: string, signal?: AbortSignal): Promise<FileResponse> {
  return call(`${LINES}/File`, { selection: sel, file, anyVersion: true }, signal);
}

export function fetchHotLines(
  sel: Selection,
  limit: number,
  signal?: AbortSignal,
): Promise<HotLinesResponse> {
  return call(`${LINES}/HotLines`, { selection: sel, limit }, signal);
}

/** A failure is not kept: what is missing now may be there at the next try. */
export function resolveSource(request: ResolveRequest, signal?: AbortSignal): Promise<ResolveResponse> {
  return call<ResolveResponse>(`${SOURCE}/Resolve`, request, signal, (r) => r.source?.state === "ok");
}

/** What the administrator set for a service; an older server has no such call and so no overrides. */
export function fetchOverride(service: string, signal?: AbortSignal): Promise<OverrideResponse> {
  return call(`${SOURCE}/Override`, { service }, signal);
}

export async function fetchCommits(
  repository: string,
  refs: string[],
  signal?: AbortSignal,
): Promise<Commit[]> {
  const response = await call<{ commits?: Commit[] }>(`${SOURCE}/Commits`, { repository, refs }, signal);
  return response.commits ?? [];
}

export async function fetchHosts(signal?: AbortSignal): Promise<Host[]> {
  return (await send<{ hosts?: Host[] }>(`${ACCOUNT}/Hosts`, {}, signal)).hosts ?? [];
}

export function beginLogin(provider: string, returnTo: string, popup: boolean): Promise<BeginLoginResponse> {
  return send(`${ACCOUNT}/BeginLogin`, { provider, returnTo, popup });
}

export function disconnectHost(provider: string): Promise<object> {
  return send(`${ACCOUNT}/Disconnect`, { provider });
}

export async function fetchSettings(signal?: AbortSignal): Promise<Setting[]> {
  return (await send<{ settings?: Setting[] }>(`${SETTINGS}/Get`, {}, signal)).settings ?? [];
}

export function saveSetting(name: string, value: string): Promise<{ setting?: Setting }> {
  return send(`${SETTINGS}/Set`, { setting: { name, value } });
}
