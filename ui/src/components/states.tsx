// The states every panel has: loading, slow, failed, cancelled, broken.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RpcError } from "../lib/rpc";
import type { Query } from "../lib/use-query";
import { T } from "../texts";
import { copyText } from "./copy";

const SKELETON_AFTER_MS = 150;

/** Nothing for a moment, then grey lines; after three seconds the time and a way out. */
export function Loading({ lines = 6, cancel }: { lines?: number; cancel?: () => void }) {
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const begin = Date.now();
    const first = setTimeout(() => setMs(SKELETON_AFTER_MS), SKELETON_AFTER_MS);
    const tick = setInterval(() => setMs(Date.now() - begin), 1000);
    return () => {
      clearTimeout(first);
      clearInterval(tick);
    };
  }, []);
  if (ms < SKELETON_AFTER_MS) return <div class="skeleton" aria-busy="true" />;
  const seconds = Math.floor(ms / 1000);
  return (
    <div class="skeleton" aria-busy="true">
      {Array.from({ length: lines }, (_, i) => (
        // Identical grey lines.
        <span key={i} class="bone" />
      ))}
      {seconds >= 3 && (
        <div class="slow" role="status">
          {T.stillLoading(seconds)} {seconds >= 15 && T.shortenRange}
          {cancel && (
            <button type="button" class="btn" onClick={cancel}>
              {T.cancel}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

export function ErrorPanel({ error, retry }: { error: RpcError; retry?: () => void }) {
  const facts = [T.errorStatus(error.status), error.code, error.requestId && T.requestId(error.requestId)]
    .filter((fact) => fact)
    .join(" · ");
  return (
    <div class="state error" role="alert">
      <strong>{T.errorTitle}</strong>
      <p>{error.message}</p>
      <p class="faint mono">{facts}</p>
      <p class="actions">
        {retry && (
          <button type="button" class="btn" onClick={retry}>
            {T.retry}
          </button>
        )}
        <button
          type="button"
          class="btn quiet"
          onClick={() => copyText(`${error.method}\n${facts}\n${error.message}`)}
        >
          {T.copyDetails}
        </button>
      </p>
    </div>
  );
}

/** Shows an answer, dimmed while a newer one is on its way. */
export function QueryView<D>(props: {
  query: Query<D>;
  lines?: number;
  class?: string;
  children(data: D): ComponentChildren;
}) {
  const { query } = props;
  if (query.error) return <ErrorPanel error={query.error} retry={query.retry} />;
  if (query.cancelled) {
    return (
      <div class="state">
        <p>{T.cancelled}</p>
        <button type="button" class="btn" onClick={query.retry}>
          {T.retry}
        </button>
      </div>
    );
  }
  if (query.data === undefined) return <Loading lines={props.lines} cancel={query.cancel} />;
  return (
    <div class={`${props.class ?? "answer"}${query.stale ? " dimmed" : ""}`} aria-busy={query.stale}>
      {props.children(query.data)}
    </div>
  );
}

interface BoundaryState {
  error: Error | undefined;
}

/** One broken panel must not take the page with it. */
export class Boundary extends Component<{ children: ComponentChildren }, BoundaryState> {
  override state: BoundaryState = { error: undefined };

  static override getDerivedStateFromError(error: Error): BoundaryState {
    return { error };
  }

  override componentDidCatch(error: Error): void {
    console.error(error);
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div class="state error" role="alert">
        <strong>{T.panelFailed}</strong>
        <p class="mono">{error.message}</p>
        <button type="button" class="btn" onClick={() => this.setState({ error: undefined })}>
          {T.reloadPanel}
        </button>
      </div>
    );
  }
}
