// One asynchronous value of a component, with the states every screen shows alike.
import { useEffect, useReducer, useRef } from "preact/hooks";
import { RpcError } from "./rpc";

export interface Query<T> {
  /** The last answer; stays while a newer one is loading. */
  data: T | undefined;
  /** Set when `data` does not answer the current key. */
  stale: boolean;
  loading: boolean;
  cancelled: boolean;
  error: RpcError | undefined;
  retry(): void;
  cancel(): void;
}

interface Slot<T> {
  key: string | null;
  data: T | undefined;
  dataKey: string | null;
  error: RpcError | undefined;
  settled: boolean;
  cancelled: boolean;
  attempt: number;
  abort: AbortController | undefined;
}

function asRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  return new RpcError("", 0, "internal", error instanceof Error ? error.message : String(error), "");
}

/** Loads when `key` changes; a null key loads nothing and forgets the value. */
export function useQuery<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Query<T> {
  const [, render] = useReducer((n: number, _: undefined) => n + 1, 0);
  const slot = useRef<Slot<T>>({
    key: null,
    data: undefined,
    dataKey: null,
    error: undefined,
    settled: true,
    cancelled: false,
    attempt: 0,
    abort: undefined,
  }).current;

  if (slot.key !== key) {
    slot.key = key;
    slot.error = undefined;
    slot.cancelled = false;
    slot.settled = key === null;
    if (key === null) {
      slot.data = undefined;
      slot.dataKey = null;
    }
  }

  const run = slot.attempt;
  // The key stands for everything `load` closes over.
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    slot.abort = abort;
    load(abort.signal).then(
      (data) => {
        if (abort.signal.aborted) return;
        slot.data = data;
        slot.dataKey = key;
        slot.error = undefined;
        slot.settled = true;
        render(undefined);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        slot.error = asRpcError(error);
        slot.settled = true;
        render(undefined);
      },
    );
    return () => abort.abort();
  }, [key, run]);

  return {
    data: slot.data,
    stale: slot.dataKey !== key,
    loading: !slot.settled,
    cancelled: slot.cancelled,
    error: slot.error,
    retry() {
      slot.attempt += 1;
      slot.settled = false;
      slot.cancelled = false;
      slot.error = undefined;
      render(undefined);
    },
    cancel() {
      slot.abort?.abort();
      slot.settled = true;
      slot.cancelled = true;
      render(undefined);
    },
  };
}
