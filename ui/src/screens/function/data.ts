// What the details of a function ask for. Costs come first and never wait for the source.
import {
  type Commit,
  fetchCommits,
  fetchFile,
  fetchFunction,
  type FileResponse,
  type ResolveResponse,
  resolveSource,
  selection,
} from "../../lib/api";
import { range } from "../../lib/range";
import { urlState } from "../../lib/router";
import { serviceSelector } from "../../lib/selector";
import { type Query, useQuery } from "../../lib/use-query";
import { type FunctionCosts, readFunction, type VersionCosts } from "../../source/costs";

export function useFunctionCosts(type: string): Query<FunctionCosts> {
  const { service, sel, fn } = urlState.value;
  const r = range.value;
  const query = service && fn && type ? selection(type, serviceSelector(service, sel), r) : undefined;
  return useQuery(query ? `function ${fn} ${JSON.stringify(query)}` : null, async (signal) => {
    if (!query || !fn) throw new Error("no selection");
    return readFunction(await fetchFunction(query, fn, [], signal));
  });
}

export function useFileCosts(type: string, version: VersionCosts | undefined): Query<FileResponse> {
  const { service, sel } = urlState.value;
  const r = range.value;
  const place = version && {
    file: version.file,
    repository: version.repository,
    ref: version.ref,
    root: version.root,
  };
  const query = service && place?.file ? selection(type, serviceSelector(service, sel), r) : undefined;
  return useQuery(query ? `file ${JSON.stringify([place, query])}` : null, (signal) => {
    if (!query || !place) throw new Error("no selection");
    return fetchFile(query, place, signal);
  });
}

export function useSource(fn: string, version: VersionCosts | undefined): Query<ResolveResponse> {
  const request = version && {
    repository: version.repository,
    ref: version.ref,
    root: version.root,
    file: version.file,
    function: fn,
    startLine: version.startLine,
    maxLine: version.lines[version.lines.length - 1]?.n ?? 0,
  };
  return useQuery(request ? `source ${JSON.stringify(request)}` : null, (signal) => {
    if (!request) throw new Error("no version");
    return resolveSource(request, signal);
  });
}

/** Who, when and why for all versions of one repository; arrives late and may fail without harm. */
export function useCommits(versions: VersionCosts[]): Map<string, Commit> {
  const byRepository = new Map<string, string[]>();
  for (const { repository, ref } of versions) {
    if (repository !== "" && ref !== "")
      byRepository.set(repository, [...(byRepository.get(repository) ?? []), ref]);
  }
  const groups = [...byRepository];
  const query = useQuery(groups.length > 0 ? `commits ${JSON.stringify(groups)}` : null, async (signal) => {
    const answers = await Promise.all(
      groups.map(([repository, refs]) => fetchCommits(repository, refs, signal)),
    );
    return new Map(answers.flat().map((commit) => [commit.ref ?? "", commit]));
  });
  return query.data ?? new Map();
}
