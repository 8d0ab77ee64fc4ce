// One login at a git host, as a machine without side effects: what is on screen follows from its phase.
// The host may cut the tie to our window (a cross-origin opener policy), and then the window looks closed
// while it is open. So a late success still counts after "closed".

export type LoginError =
  | "denied"
  | "forged"
  | "exchange_failed"
  | "host_error"
  | "closed"
  | "expired"
  | "refused";

export type Login =
  | { phase: "idle" }
  /** The window is open and blank, the address is on its way. */
  | { phase: "starting"; provider: string }
  | { phase: "waiting"; provider: string; attempt: string }
  | { phase: "blocked"; provider: string }
  | { phase: "failed"; provider: string; attempt: string; error: LoginError; reason: string }
  | { phase: "connected"; provider: string };

export type LoginEvent =
  | { type: "start"; provider: string }
  | { type: "blocked"; provider: string }
  | { type: "begun"; attempt: string }
  | { type: "message"; attempt: string; ok?: boolean; error?: string; reason?: string }
  | { type: "closed"; attempt: string }
  | { type: "expired"; attempt: string }
  /** The server did not start the login. */
  | { type: "refused"; reason: string }
  | { type: "cancel" };

const KNOWN = new Set(["denied", "forged", "exchange_failed", "host_error"]);

const asError = (code: string | undefined): LoginError =>
  code !== undefined && KNOWN.has(code) ? (code as LoginError) : "host_error";

function fail(state: { provider: string; attempt?: string }, error: LoginError, reason = ""): Login {
  return { phase: "failed", provider: state.provider, attempt: state.attempt ?? "", error, reason };
}

function onMessage(state: Login, event: Extract<LoginEvent, { type: "message" }>): Login {
  const hears = state.phase === "waiting" || (state.phase === "failed" && state.error === "closed");
  if (!hears || state.attempt !== event.attempt) return state;
  if (event.ok) return { phase: "connected", provider: state.provider };
  return fail(state, asError(event.error), event.reason);
}

export function nextLogin(state: Login, event: LoginEvent): Login {
  switch (event.type) {
    case "start":
      return { phase: "starting", provider: event.provider };
    case "blocked":
      return { phase: "blocked", provider: event.provider };
    case "begun":
      return state.phase === "starting"
        ? { phase: "waiting", provider: state.provider, attempt: event.attempt }
        : state;
    case "message":
      return onMessage(state, event);
    case "closed":
    case "expired":
      return state.phase === "waiting" && state.attempt === event.attempt ? fail(state, event.type) : state;
    case "refused":
      return state.phase === "starting" || state.phase === "blocked"
        ? fail(state, "refused", event.reason)
        : state;
    case "cancel":
      return { phase: "idle" };
  }
}

/** The channel carries what any page of this origin may post: nothing in it is believed unseen. */
export function readMessage(data: unknown): { ok?: boolean; error?: string; reason?: string } | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { ok, error, reason } = data as Record<string, unknown>;
  if (ok === true) return { ok };
  if (typeof error !== "string") return undefined;
  return { error, reason: typeof reason === "string" ? reason : "" };
}
