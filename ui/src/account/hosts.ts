// The git hosts of the server and how the reader stands with them. Asked once, and again when a login,
// a logout or an answer about source says that something has changed.
import { signal } from "@preact/signals";
import { fetchHosts, type Host, SOURCE } from "../lib/api";
import { forget } from "../lib/rpc";

/** Undefined until the server has answered; empty when it reads no host. */
export const hosts = signal<Host[] | undefined>(undefined);
/** Grows when the reader becomes somebody else to a host: what was read before is asked anew. */
export const identity = signal(0);

let running: Promise<void> | undefined;

export function loadHosts(): Promise<void> {
  running ??= fetchHosts()
    .then(
      (list) => {
        hosts.value = list;
      },
      () => {
        // A server without accounts: everything that needs one is not offered.
        hosts.value ??= [];
      },
    )
    .finally(() => {
      running = undefined;
    });
  return running;
}

export function identityChanged(): void {
  forget(SOURCE);
  identity.value += 1;
}

function hostName(address: string | undefined): string {
  const match = /^(?:[a-z+]+:\/\/(?:[^@/]*@)?|git@)([^/:]+)/i.exec(address ?? "");
  return match ? match[1].toLowerCase() : "";
}

/** The host that a repository is read from: as the server named it, else by its address. */
export function hostOf(list: Host[], provider: string | undefined, repository: string): Host | undefined {
  const byName = list.find((host) => provider && host.provider === provider);
  if (byName) return byName;
  const name = hostName(repository);
  const byAddress = list.find(
    (host) => name !== "" && (host.provider?.toLowerCase() === name || hostName(host.webURL) === name),
  );
  if (byAddress) return byAddress;
  // "owner/repo" belongs to the default host, which is the only one that matters when there is one.
  const able = list.filter((host) => host.canConnect);
  return name === "" && able.length === 1 ? able[0] : undefined;
}

export function hostLabel(host: Host | undefined): string {
  return host?.label || host?.provider || "";
}
