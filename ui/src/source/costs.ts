// Costs per line as the code view shows them. Always one version: lines of different commits never mix.
import type { Callee, FileResponse, FunctionResponse, FunctionVersion } from "../lib/api";
import { int64 } from "../lib/format";
import { heatLevel } from "../lib/heat";
import type { Override } from "./override";

export interface CallCost {
  name: string;
  total: number;
  inlined: boolean;
  file: string;
  startLine: number;
}

export interface LineCost {
  n: number;
  self: number;
  total: number;
  callees: CallCost[];
  /** Cost of another function of the file. */
  other: boolean;
}

export interface VersionCosts {
  repository: string;
  ref: string;
  root: string;
  file: string;
  startLine: number;
  self: number;
  total: number;
  /** By line number; samples without one are apart. */
  lines: LineCost[];
  noLine: LineCost | undefined;
}

export interface FunctionCosts {
  name: string;
  unit: string;
  queryTotal: number;
  self: number;
  total: number;
  versions: VersionCosts[];
  callers: { name: string; file: string; n: number; total: number; inlined: boolean }[];
}

export type Basis = "self" | "total";

function call(callee: Callee): CallCost {
  return {
    name: callee.name,
    total: int64(callee.total),
    inlined: callee.inlined ?? false,
    file: callee.file ?? "",
    startLine: callee.startLine ?? 0,
  };
}

function version(message: FunctionVersion): VersionCosts {
  const lines = (message.lines ?? []).map((line) => ({
    n: line.n ?? 0,
    self: int64(line.self),
    total: int64(line.total),
    callees: (line.callees ?? []).map(call),
    other: false,
  }));
  return {
    repository: message.repository ?? "",
    ref: message.ref ?? "",
    root: message.root ?? "",
    file: message.file ?? "",
    startLine: message.startLine ?? 0,
    self: int64(message.self),
    total: int64(message.total),
    lines: lines.filter((line) => line.n > 0).sort((a, b) => a.n - b.n),
    noLine: lines.find((line) => line.n === 0),
  };
}

export function readFunction(message: FunctionResponse): FunctionCosts {
  return {
    name: message.function ?? "",
    unit: message.unit ?? "short",
    queryTotal: int64(message.queryTotal),
    self: int64(message.self),
    total: int64(message.total),
    versions: (message.versions ?? []).map(version),
    callers: (message.callers ?? []).map((caller) => ({
      name: caller.name,
      file: caller.file ?? "",
      n: caller.n ?? 0,
      total: int64(caller.total),
      inlined: caller.inlined ?? false,
    })),
  };
}

export interface Wanted {
  repo?: string;
  ref?: string;
  root?: string;
  file?: string;
}

/** What a link says for "the label is empty": no ref of git begins with a dash. */
export const NO_LABEL = "-";

const named = (value: string) => (value === "" ? NO_LABEL : value);

/** The parts of a link that name a version. */
export function versionInLink(version: VersionCosts): Required<Pick<Wanted, "repo" | "ref" | "root">> {
  return { repo: named(version.repository), ref: named(version.ref), root: named(version.root) };
}

function fits(v: VersionCosts, { repo, ref, root, file }: Wanted): boolean {
  return (
    (repo === undefined || named(v.repository) === repo) &&
    (ref === undefined || named(v.ref) === ref) &&
    (root === undefined || named(v.root) === root) &&
    (file === undefined || v.file === file)
  );
}

/** The version of the link as far as it is named, else the one with most samples (they come sorted). */
export function chooseVersion(versions: VersionCosts[], wanted: Wanted): VersionCosts | undefined {
  return versions.find((v) => fits(v, wanted)) ?? versions[0];
}

/** Repository, ref and root of a link that names no version of the samples: then it overrides the labels. */
export function overrideInLink(versions: VersionCosts[], wanted: Wanted): Override | undefined {
  const { repo, ref, root } = wanted;
  if (versions.some((v) => fits(v, { repo, ref, root }))) return undefined;
  const value = (text: string) => (text === NO_LABEL ? "" : text);
  return {
    ...(repo !== undefined && { repository: value(repo) }),
    ...(ref !== undefined && { ref: value(ref) }),
    ...(root !== undefined && { root: value(root) }),
  };
}

/** Adds what other functions of the file cost; lines of this function keep their own figures. */
export function withFile(own: LineCost[], file: FileResponse | undefined): LineCost[] {
  const seen = new Set(own.map((line) => line.n));
  const others = (file?.versions?.[0]?.lines ?? [])
    .filter((line) => (line.n ?? 0) > 0 && !seen.has(line.n ?? 0))
    .map((line) => ({
      n: line.n ?? 0,
      self: int64(line.self),
      total: int64(line.total),
      callees: [],
      other: true,
    }));
  return [...own, ...others].sort((a, b) => a.n - b.n);
}

export function sumSelf(lines: LineCost[]): number {
  return lines.reduce((sum, line) => sum + line.self, 0);
}

/** Highest self of the function; tie: higher total, then the lower number. */
export function hottestLine(lines: LineCost[]): LineCost | undefined {
  let best: LineCost | undefined;
  for (const line of lines) {
    if (line.other) continue;
    if (!best || line.self > best.self || (line.self === best.self && line.total > best.total)) best = line;
  }
  return best;
}

export function largest(lines: LineCost[], basis: Basis): number {
  return lines.reduce((max, line) => (line.other ? max : Math.max(max, line[basis])), 0);
}

export function levelOf(line: LineCost, basis: Basis, max: number): number {
  return heatLevel(line[basis], max);
}

/** The next line of the function with any cost, around the end; `from` need not be one of them. */
export function stepLine(lines: LineCost[], from: number, by: 1 | -1): LineCost | undefined {
  const costly = lines.filter((line) => !line.other && line.total > 0);
  if (costly.length === 0) return undefined;
  if (by > 0) return costly.find((line) => line.n > from) ?? costly[0];
  return costly.findLast((line) => line.n < from) ?? costly[costly.length - 1];
}

export interface Mark {
  line: number;
  level: number;
  self: number;
  /** Position and height in pixels. */
  y: number;
  height: number;
}

const MIN_MARK = 2;

/** Marks of the overview strip; those closer than two pixels merge to the hotter. */
export function stripMarks(lines: LineCost[], basis: Basis, lineCount: number, height: number): Mark[] {
  const max = largest(lines, basis);
  const marks: Mark[] = [];
  const scale = height / Math.max(1, lineCount);
  for (const line of lines) {
    const level = line.other ? 0 : levelOf(line, basis, max);
    if (level === 0) continue;
    const y = (line.n - 1) * scale;
    const mark = { line: line.n, level, self: line.self, y, height: Math.max(MIN_MARK, scale) };
    const before = marks[marks.length - 1];
    if (before && y - before.y < MIN_MARK) {
      if (level > before.level) marks[marks.length - 1] = { ...mark, y: before.y };
    } else {
      marks.push(mark);
    }
  }
  return marks;
}

const REACH = 4;

/** The mark that a click at `y` means: marks of neighbouring lines lie closer than a pointer is exact. */
export function nearestMark(marks: Mark[], y: number): Mark | undefined {
  const away = (mark: Mark) => Math.abs(mark.y + mark.height / 2 - y);
  const near = marks.filter((mark) => away(mark) <= REACH);
  return near.sort((a, b) => away(a) - away(b))[0];
}
