// What the details of a function ask for. Costs come first and never wait for the source.
import { useEffect, useRef } from "preact/hooks";
import { identity, loadHosts } from "../../account/hosts";
import {
  type Commit,
  fetchCommits,
  fetchFile,
  fetchFunction,
  fetchOverride,
  type FileResponse,
  type KnownFunction,
  type ResolveRequest,
  type ResolveResponse,
  resolveSource,
  selection,
} from "../../lib/api";
import { int64 } from "../../lib/format";
import { isCommitHash } from "../../lib/names";
import { range } from "../../lib/range";
import { urlState } from "../../lib/router";
import { serviceSelector } from "../../lib/selector";
import { type Query, useQuery } from "../../lib/use-query";
import {
  chooseVersion,
  type FunctionCosts,
  overrideInLink,
  readFunction,
  type VersionCosts,
} from "../../source/costs";
import { keep, type Shown } from "../../source/kept";
import {
  type Effective,
  effectivePlace,
  type Override,
  overridesChanged,
  type Place,
  rememberedOverride,
} from "../../source/override";
import { retryDelay } from "../../source/verdict";

/** As many as the server looks at. */
const MAX_FUNCTIONS = 200;
const MINUTE_MS = 60_000;

/** Costs over all call paths, or over `path` alone; without a function nothing is asked. */
export function useFunctionCosts(type: string, fn: string | undefined, path: string[]): Query<FunctionCosts> {
  const { service, sel } = urlState.value;
  const r = range.value;
  const query = service && fn && type ? selection(type, serviceSelector(service, sel), r) : undefined;
  return useQuery(query ? `function ${fn} ${JSON.stringify([query, path])}` : null, async (signal) => {
    if (!query || !fn) throw new Error("no selection");
    return readFunction(await fetchFunction(query, fn, path, signal));
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

/** What the administrator set for the service; settled with undefined when nothing is. */
function useAdministrator(service: string | undefined): { settled: boolean; override?: Override } {
  const query = useQuery(service ? `override ${service}` : null, (signal) =>
    fetchOverride(service ?? "", signal),
  );
  const { set, repository, ref, root } = query.data ?? {};
  if (query.loading) return { settled: false };
  if (!set) return { settled: true };
  const override = { ...(repository && { repository }), ...(ref && { ref }), ...(root && { root }) };
  return { settled: true, override };
}

export interface Choice {
  version: VersionCosts;
  /** Where its source is read from; undefined until it is known whether the labels count. */
  place: Effective | undefined;
}

/** The version whose costs are shown, and the place its text comes from. */
export function useChoice(versions: VersionCosts[]): Choice {
  const { service, repo, ref, root, file } = urlState.value;
  const administrator = useAdministrator(service);
  void overridesChanged.value;
  const version = chooseVersion(versions, { repo, ref, root, file }) ?? versions[0];
  const link = overrideInLink(versions, { repo, ref, root });
  const labels: Place = { repository: version.repository, ref: version.ref, root: version.root };
  const place = effectivePlace(labels, {
    link,
    browser: service ? rememberedOverride(service) : undefined,
    administrator: administrator.override,
  });
  return { version, place: administrator.settled || place.origin !== "labels" ? place : undefined };
}

/** Functions whose start lines tell whether a text is the compiled one. */
export function knownFunctions(own: KnownFunction, file: FileResponse | undefined): KnownFunction[] {
  const others = (file?.versions?.[0]?.functions ?? []).filter(
    (f) => f.name && f.name !== own.name && (f.startLine ?? 0) > 0,
  );
  const all = own.startLine ? [own, ...others] : others;
  return all.slice(0, MAX_FUNCTIONS).map(({ name, startLine }) => ({ name, startLine }));
}

export function sourceRequest(
  fn: string,
  version: VersionCosts,
  place: Place,
  file: FileResponse | undefined,
  end: number,
): ResolveRequest {
  const moves = !isCommitHash(place.ref);
  return {
    repository: place.repository,
    ref: place.ref,
    root: place.root,
    file: version.file,
    function: fn,
    startLine: version.startLine,
    maxLine: version.lines[version.lines.length - 1]?.n ?? 0,
    functions: knownFunctions({ name: fn, startLine: version.startLine }, file),
    // A whole minute, so that a range that moves with the clock does not ask for every second.
    ...(moves && { profiledAt: String(Math.floor(end / MINUTE_MS) * MINUTE_MS) }),
  };
}

export interface SourceQuery extends Shown {
  loading: boolean;
  error: Query<ResolveResponse>["error"];
  /** Set when the one try that happens by itself has been used. */
  retried: boolean;
  retry(): void;
}

export function useSource(
  fn: string,
  { version, place }: Choice,
  fileCosts: Pick<Query<FileResponse>, "data" | "stale" | "loading">,
): SourceQuery {
  const { end } = range.value;
  const ready = place !== undefined && !fileCosts.loading;
  const file = fileCosts.stale ? undefined : fileCosts.data;
  const request = ready ? sourceRequest(fn, version, place, file, end) : undefined;
  const query = useQuery(request ? `source ${identity.value} ${JSON.stringify(request)}` : null, (signal) => {
    if (!request) throw new Error("no version");
    return resolveSource(request, signal);
  });
  const fresh = query.stale ? undefined : query.data;
  const asked = JSON.stringify([place, version.file, fn]);
  const state = fresh?.source?.state ?? "";

  // The chip learns from the first answer that a session has ended.
  useEffect(() => {
    if (state === "session_expired") void loadHosts();
  }, [state]);

  const tried = useRef("");
  const retryAt = int64(fresh?.source?.retryAt);
  useEffect(() => {
    const delay = retryDelay(state, retryAt, Date.now(), tried.current === asked);
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      tried.current = asked;
      query.retry();
    }, delay);
    return () => clearTimeout(timer);
  }, [state, retryAt, asked]);

  return {
    ...keep(asked, fresh),
    loading: !ready || query.loading,
    error: query.error,
    retried: tried.current === asked && !query.loading,
    retry: query.retry,
  };
}

export const commitKey = (repository: string, ref: string) => `${repository} ${ref}`;

/** Who, when and why for versions; arrives late and may fail without harm. */
export function useCommits(versions: Pick<Place, "repository" | "ref">[]): Map<string, Commit> {
  const byRepository = new Map<string, Set<string>>();
  for (const { repository, ref } of versions) {
    if (repository === "" || ref === "") continue;
    byRepository.set(repository, (byRepository.get(repository) ?? new Set()).add(ref));
  }
  const groups = [...byRepository].map(([repository, refs]): [string, string[]] => [repository, [...refs]]);
  const key = groups.length > 0 ? `commits ${identity.value} ${JSON.stringify(groups)}` : null;
  const query = useQuery(key, async (signal) => {
    const answers = await Promise.all(
      groups.map(async ([repository, refs]) => {
        const commits = await fetchCommits(repository, refs, signal);
        return commits.map((commit) => [commitKey(repository, commit.ref ?? ""), commit] as const);
      }),
    );
    return new Map(answers.flat());
  });
  return query.data ?? new Map();
}
