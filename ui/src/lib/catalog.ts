// Services, their profile types and versions in the current range: one call that all screens share.
import { fetchSeriesLabels } from "./api";
import { compareTypes, parseType, type ProfileType } from "./profile-types";
import { range } from "./range";
import { type Query, useQuery } from "./use-query";

export interface Version {
  repository: string;
  ref: string;
}

export interface Service {
  name: string;
  types: string[];
  versions: Version[];
  /** Can lines be mapped to a repository: both labels, one of them, none. */
  link: "full" | "partial" | "none";
}

export interface Catalog {
  services: Map<string, Service>;
  types: ProfileType[];
}

export const LABELS = {
  service: "service_name",
  type: "__profile_type__",
  repository: "service_repository",
  // The second name is the one of the first published guide.
  refs: ["service_git_ref", "service_ref"],
} as const;

export function buildCatalog(sets: Record<string, string>[]): Catalog {
  const services = new Map<string, Service>();
  const types = new Set<string>();
  for (const set of sets) {
    const name = set[LABELS.service];
    const type = set[LABELS.type];
    if (!name || !type) continue;
    let service = services.get(name);
    if (!service) {
      service = { name, types: [], versions: [], link: "none" };
      services.set(name, service);
    }
    types.add(type);
    if (!service.types.includes(type)) service.types.push(type);
    addVersion(service, set[LABELS.repository] ?? "", set[LABELS.refs[0]] ?? set[LABELS.refs[1]] ?? "");
  }
  return { services, types: [...types].map(parseType).sort(compareTypes) };
}

function addVersion(service: Service, repository: string, ref: string): void {
  if (repository === "" && ref === "") return;
  const known = service.versions.some((v) => v.repository === repository && v.ref === ref);
  if (!known) service.versions.push({ repository, ref });
  if (repository !== "" && ref !== "") service.link = "full";
  else if (service.link === "none") service.link = "partial";
}

export function useCatalog(): Query<Catalog> {
  const { start, end } = range.value;
  return useQuery(`catalog ${start} ${end}`, async (signal) => {
    const names = [LABELS.service, LABELS.type, LABELS.repository, ...LABELS.refs];
    return buildCatalog(await fetchSeriesLabels({ start, end }, names, [], signal));
  });
}
