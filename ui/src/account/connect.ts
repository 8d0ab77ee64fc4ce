// Runs logins: opens the window inside the click, listens, notices when it is gone, and tells the rest of
// the page when the reader is connected.
import { signal } from "@preact/signals";
import { beginLogin, disconnectHost } from "../lib/api";
import { RpcError } from "../lib/rpc";
import { dropTexts } from "../source/kept";
import { identityChanged, loadHosts } from "./hosts";
import { type Login, type LoginEvent, nextLogin, readMessage } from "./login";

const WIDTH = 800;
const HEIGHT = 950;
const POLL_MS = 400;
/** A window that closes itself may be gone before its message is here. */
const GRACE_MS = 2000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export const login = signal<Login>({ phase: "idle" });

let release: (() => void) | undefined;

function tell(event: LoginEvent): void {
  const before = login.peek();
  const after = nextLogin(before, event);
  login.value = after;
  if (after === before) return;
  // After "closed" it goes on listening: the window may only look closed from here.
  if (after.phase === "connected" || (after.phase === "failed" && after.error !== "closed")) release?.();
  if (after.phase === "connected") void loadHosts().then(identityChanged);
}

function openWindow(): Window | null {
  const left = Math.max(0, window.screenX + (window.outerWidth - WIDTH) / 2);
  const top = Math.max(0, window.screenY + (window.outerHeight - HEIGHT) / 2);
  const place = `popup,width=${WIDTH},height=${HEIGHT},left=${Math.round(left)},top=${Math.round(top)}`;
  try {
    return window.open("", "flameline-login", place);
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof RpcError)) return String(error);
  return error.requestId ? `${error.message} (${error.requestId})` : error.message;
}

/** Watches one attempt until it ends; answers how to stop. */
function follow(popup: Window, attempt: string, expiresAt: number): () => void {
  const channel = new BroadcastChannel(`flameline-login-${attempt}`);
  let closedAt = 0;
  channel.onmessage = (event) => {
    const message = readMessage(event.data);
    if (message) tell({ type: "message", attempt, ...message });
  };
  const poll = setInterval(() => {
    if (!popup.closed) return;
    if (closedAt === 0) closedAt = Date.now();
    if (Date.now() - closedAt < GRACE_MS) return;
    clearInterval(poll);
    tell({ type: "closed", attempt });
  }, POLL_MS);
  const wait = expiresAt - Date.now();
  const end = setTimeout(
    () => tell({ type: "expired", attempt }),
    expiresAt > 0 ? Math.max(0, wait) : MAX_TIMER_MS,
  );
  return () => {
    channel.close();
    clearInterval(poll);
    clearTimeout(end);
    release = undefined;
  };
}

const here = () => `${location.pathname}${location.search}${location.hash}`;

/** Must run inside a click: browsers allow the window only then. */
export function connect(provider: string): void {
  release?.();
  const popup = openWindow();
  if (!popup) {
    tell({ type: "blocked", provider });
    return;
  }
  tell({ type: "start", provider });
  beginLogin(provider, here(), true).then(
    ({ attempt, url, expiresAt }) => {
      const state = login.peek();
      if (state.phase !== "starting" || state.provider !== provider || !attempt || !url) {
        popup.close();
        tell({ type: "refused", reason: "" });
        return;
      }
      const stop = follow(popup, attempt, Number(expiresAt ?? 0));
      release = () => {
        stop();
        if (!popup.closed) popup.close();
      };
      tell({ type: "begun", attempt });
      popup.location.replace(url);
    },
    (error: unknown) => {
      popup.close();
      tell({ type: "refused", reason: reasonOf(error) });
    },
  );
}

/** Without a window: this page goes to the host and comes back to the same address. */
export function connectHere(provider: string): void {
  beginLogin(provider, here(), false).then(
    ({ url }) => url && location.assign(url),
    (error: unknown) => tell({ type: "refused", reason: reasonOf(error) }),
  );
}

export function cancelLogin(): void {
  release?.();
  tell({ type: "cancel" });
}

export async function disconnect(provider: string): Promise<void> {
  await disconnectHost(provider);
  dropTexts();
  if (login.peek().phase === "connected") tell({ type: "cancel" });
  await loadHosts();
  identityChanged();
}
