// Costs of a whole file, as the file view shows them: all its functions, one version at a time.
import type { FileResponse, FileVersion } from "../lib/api";
import { int64 } from "../lib/format";
import type { LineCost, VersionCosts } from "./costs";

export interface FileFunctionCosts {
  name: string;
  startLine: number;
  self: number;
  total: number;
}

export interface FileVersionCosts extends VersionCosts {
  functions: FileFunctionCosts[];
  /** Which functions each line belongs to: more than one where code is inlined. */
  owners: Map<number, number[]>;
  message: FileVersion;
}

export interface FileCosts {
  unit: string;
  queryTotal: number;
  total: number;
  versions: FileVersionCosts[];
}

function version(file: string, message: FileVersion, asked: string | undefined): FileVersionCosts {
  const lines: LineCost[] = (message.lines ?? []).map((line) => ({
    n: line.n ?? 0,
    self: int64(line.self),
    total: int64(line.total),
    callees: [],
    other: false,
  }));
  const functions = (message.functions ?? []).map((f) => ({
    name: f.name ?? "",
    startLine: f.startLine ?? 0,
    self: int64(f.self),
    total: int64(f.total),
  }));
  const known = functions.find((f) => f.name === asked) ?? hottestFunction(functions);
  return {
    repository: message.repository ?? "",
    ref: message.ref ?? "",
    root: message.root ?? "",
    file,
    startLine: known?.startLine ?? 0,
    self: int64(message.self),
    total: int64(message.total),
    lines: lines.filter((line) => line.n > 0),
    noLine: lines.find((line) => line.n === 0),
    functions,
    owners: new Map((message.lines ?? []).map((line) => [line.n ?? 0, line.functions ?? []])),
    message,
  };
}

/** `asked`: the function that the source is looked up for, where the file has it. */
export function readFile(message: FileResponse, asked: string | undefined): FileCosts {
  const versions = (message.versions ?? []).map((one) => version(message.file ?? "", one, asked));
  return {
    unit: message.unit ?? "short",
    queryTotal: int64(message.queryTotal),
    // A sample has one version, so these add up.
    total: versions.reduce((sum, one) => sum + one.total, 0),
    versions,
  };
}

export function hottestFunction(functions: FileFunctionCosts[]): FileFunctionCosts | undefined {
  return [...functions].sort((a, b) => b.self - a.self || b.total - a.total)[0];
}

/** Lines of the chosen functions keep their colour; of none chosen, all do. */
export function tintOnly(version: FileVersionCosts, chosen: ReadonlySet<string>): LineCost[] {
  if (chosen.size === 0) return version.lines;
  const wanted = new Set(version.functions.flatMap((f, i) => (chosen.has(f.name) ? [i] : [])));
  return version.lines.map((line) => ({
    ...line,
    other: !(version.owners.get(line.n) ?? []).some((i) => wanted.has(i)),
  }));
}
