// One side of a comparison: its own samples, its own query total, the text of its own commit.
import { identity } from "../../account/hosts";
import {
  fetchFunction,
  fetchOverride,
  fetchFile,
  type ResolveResponse,
  resolveSource,
  type Selection,
  selection,
} from "../../lib/api";
import { LABELS } from "../../lib/catalog";
import { range } from "../../lib/range";
import { urlState } from "../../lib/router";
import { type Matcher, serviceSelector } from "../../lib/selector";
import { type Range, resolveRange } from "../../lib/time";
import { type Query, useQuery } from "../../lib/use-query";
import { type FunctionCosts, NO_LABEL, readFunction, type VersionCosts } from "../../source/costs";
import { type Effective, effectivePlace, type Override, rememberedOverride } from "../../source/override";
import { sourceRequest } from "../function/data";

export interface SideQuestion {
  ref: string;
  repo: string | undefined;
  root: string | undefined;
  filters: Matcher[];
  range: Range;
}

export interface SideCosts {
  costs: FunctionCosts;
  version: VersionCosts | undefined;
  selection: Selection;
}

/** What the link asks about each side; the second is like the first where it says nothing. */
export function useQuestions(): [SideQuestion | undefined, SideQuestion | undefined] {
  const { ref, ref2, repo, root, sel, sel2, from2, to2, from, to } = urlState.value;
  const first = range.value;
  const second = from2 || to2 ? (resolveRange(from2 ?? from, to2 ?? to, first.end) ?? first) : first;
  const side = (value: string | undefined, filters: Matcher[], r: Range) =>
    value === undefined ? undefined : { ref: value, repo, root, filters, range: r };
  return [side(ref, sel, first), side(ref2, sel2 ?? sel, second)];
}

/**
 * The samples of one commit. Which label holds it is tried in turn; a commit that is only known from the
 * program itself is no label, and then the whole query is the base.
 */
async function load(
  type: string,
  service: string,
  fn: string,
  side: SideQuestion,
  signal: AbortSignal,
): Promise<SideCosts> {
  const ref = side.ref === NO_LABEL ? "" : side.ref;
  const named = LABELS.refs.map((name): Matcher => ({ name, op: "=", value: ref }));
  const attempts = ref === "" ? [named, []] : [...named.map((matcher) => [matcher]), []];
  let last: SideCosts | undefined;
  for (const matchers of attempts) {
    const sel = selection(type, serviceSelector(service, [...side.filters, ...matchers]), side.range);
    const costs = readFunction(await fetchFunction(sel, fn, [], signal));
    const fits = (v: VersionCosts) =>
      v.ref === ref &&
      (side.repo === undefined || v.repository === (side.repo === NO_LABEL ? "" : side.repo));
    const version = costs.versions.find(fits);
    last = { costs, version, selection: sel };
    if (version) break;
  }
  if (!last) throw new Error("no selection");
  return last;
}

export function useSide(type: string, side: SideQuestion | undefined): Query<SideCosts> {
  const { service, fn } = urlState.value;
  const key = service && fn && side ? `side ${JSON.stringify([type, service, fn, side])}` : null;
  return useQuery(key, (signal) => {
    if (!side || !service || !fn) throw new Error("no selection");
    return load(type, service, fn, side, signal);
  });
}

export interface SideSource {
  place: Effective;
  answer: ResolveResponse;
}

/** Repository and root may be overridden; the commit is what the reader compares, so it never is. */
function placeOf(version: VersionCosts, service: string, administrator: Override | undefined): Effective {
  const { repository, ref, root } = version;
  const without = ({ ref: _, ...rest }: Override) => rest;
  return effectivePlace(
    { repository, ref, root },
    {
      browser: without(rememberedOverride(service) ?? {}),
      administrator: without(administrator ?? {}),
    },
  );
}

export function useSideSource(side: SideCosts | undefined, end: number): Query<SideSource> {
  const { service, fn } = urlState.value;
  const version = side?.version;
  const key =
    service && fn && version
      ? `side source ${identity.value} ${JSON.stringify([service, fn, side.selection, version.ref, version.repository])}`
      : null;
  return useQuery(key, async (signal) => {
    if (!service || !fn || !side || !version) throw new Error("no version");
    const { set, repository, root } = await fetchOverride(service, signal).catch(() => ({}) as never);
    const administrator = set ? { ...(repository && { repository }), ...(root && { root }) } : undefined;
    const place = placeOf(version, service, administrator);
    const { file, ...labels } = version;
    const known = file
      ? await fetchFile(
          side.selection,
          { file, repository: labels.repository, ref: labels.ref, root: labels.root },
          signal,
        ).catch(() => undefined)
      : undefined;
    return { place, answer: await resolveSource(sourceRequest(fn, version, place, known, end), signal) };
  });
}
