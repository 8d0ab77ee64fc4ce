// Unary calls to the server: identical calls in flight are shared, a call nobody waits for is aborted,
// server and network failures are tried a second time, answers are kept for the session.
import { signal } from "@preact/signals";

export class RpcError extends Error {
  constructor(
    readonly method: string,
    /** HTTP status, 0 when the server was not reached. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
  ) {
    super(message);
  }
}

/** False while the server cannot be reached at all. */
export const online = signal(true);

const CACHE_LIMIT = 50;
const RETRY_MS = 1000;

interface Flight {
  promise: Promise<unknown>;
  abort: AbortController;
  waiting: number;
}

const cache = new Map<string, unknown>();
const flights = new Map<string, Flight>();

export function clearCache(): void {
  cache.clear();
}

/** Drops the answers of one service, for example when the reader is no longer who asked. */
export function forget(service: string): void {
  for (const key of [...cache.keys()]) if (key.startsWith(`${service}/`)) cache.delete(key);
}

function remember(key: string, value: unknown): void {
  cache.set(key, value);
  if (cache.size > CACHE_LIMIT) {
    const oldest = cache.keys().next();
    if (!oldest.done) cache.delete(oldest.value);
  }
}

async function toError(method: string, response: Response): Promise<RpcError> {
  const requestId = response.headers.get("x-request-id") ?? "";
  let code = "unknown";
  let message = response.statusText || `HTTP ${response.status}`;
  try {
    const body = (await response.json()) as { code?: string; message?: string };
    code = body.code ?? code;
    message = body.message ?? message;
  } catch {
    // A proxy in between may answer HTML; the status says enough.
  }
  return new RpcError(method, response.status, code, message, requestId);
}

async function once(method: string, body: string, signal: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(new URL(method, document.baseURI), {
      method: "POST",
      headers: { "content-type": "application/json", "connect-protocol-version": "1" },
      body,
      signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (signal.aborted) throw error;
    online.value = false;
    throw new RpcError(method, 0, "unavailable", "The server cannot be reached.", "");
  }
  online.value = true;
  if (!response.ok) throw await toError(method, response);
  return response.json();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

async function withRetry(method: string, body: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await once(method, body, signal);
  } catch (error) {
    const again =
      error instanceof RpcError && (error.status === 0 || error.status >= 500) && error.status !== 501;
    if (!again) throw error;
    await pause(RETRY_MS, signal);
    return once(method, body, signal);
  }
}

type Keep = (value: unknown) => boolean;

function launch(key: string, method: string, body: string, keep: Keep): Flight {
  const abort = new AbortController();
  const flight: Flight = { abort, waiting: 0, promise: withRetry(method, body, abort.signal) };
  flight.promise = flight.promise
    .then((value) => {
      if (keep(value)) remember(key, value);
      return value;
    })
    .finally(() => flights.delete(key));
  flights.set(key, flight);
  return flight;
}

/** A call that changes something, or whose answer is true only now: never shared, repeated or kept. */
export function send<Res>(method: string, request: object, signal?: AbortSignal): Promise<Res> {
  const never = new AbortController().signal;
  return once(method, JSON.stringify(request), signal ?? never) as Promise<Res>;
}

/**
 * Calls `package.Service/Method`. Aborting the signal only gives up this caller's interest. `keep` says
 * whether an answer may be given again for the same question.
 */
export function call<Res>(
  method: string,
  request: object,
  signal?: AbortSignal,
  keep: (value: Res) => boolean = () => true,
): Promise<Res> {
  const body = JSON.stringify(request);
  const key = `${method} ${body}`;
  if (cache.has(key)) {
    const value = cache.get(key);
    remember(key, value);
    return Promise.resolve(value as Res);
  }
  const flight = flights.get(key) ?? launch(key, method, body, keep as Keep);
  flight.waiting += 1;
  return new Promise<Res>((resolve, reject) => {
    signal?.addEventListener("abort", () => {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        flights.delete(key);
        flight.abort.abort();
      }
      reject(signal.reason);
    });
    flight.promise.then((value) => resolve(value as Res), reject);
  });
}
