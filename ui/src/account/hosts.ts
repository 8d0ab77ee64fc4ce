// The git hosts of the server and how the reader stands with them. Asked once, and again when a login,
// a logout or an answer about source says that something has changed.
import { signal } from "@preact/signals";
import { fetchHosts, type Host, SOURCE } from "../lib/api";
import { forget, RpcError } from "../lib/rpc";
import { dropTexts } from "../source/kept";

/** Undefined until the server has answered; empty when it reads no host. */
export const hosts = signal<Host[] | undefined>(undefined);
/** Grows when the reader becomes somebody else to a host: what was read before is asked anew. */
export const identity = signal(0);

const SESSION = new Set(["connected", "session_expired"]);
const holder = (host: Host) => (SESSION.has(host.state ?? "") ? (host.account ?? "?") : "");

/** What a new list means for what was read before: who has left takes the texts along. */
export function changeOf(before: Host[], after: Host[]): { left: boolean; other: boolean } {
  let left = false;
  let other = false;
  for (const now of after) {
    const then = before.find((host) => host.provider === now.provider);
    if (!then) continue;
    if (holder(then) !== "" && holder(then) !== holder(now)) left = true;
    // A session that ends takes nothing away from what is on screen.
    if (then.state !== now.state && now.state !== "session_expired") other = true;
  }
  return { left, other: other || left };
}

function accept(list: Host[]): void {
  const { left, other } = changeOf(hosts.peek() ?? [], list);
  hosts.value = list;
  if (left) dropTexts();
  if (other) identityChanged();
}

let running: Promise<void> | undefined;

export function loadHosts(): Promise<void> {
  running ??= fetchHosts()
    .then(accept, (error: unknown) => {
      // A server without accounts: everything that needs one is not offered. Any other failure passes.
      const lacking = error instanceof RpcError && (error.status === 501 || error.status === 404);
      if (lacking) hosts.value ??= [];
    })
    .finally(() => {
      running = undefined;
    });
  return running;
}

// Another tab may have connected or disconnected meanwhile.
if (typeof document !== "undefined") {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void loadHosts();
  });
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
