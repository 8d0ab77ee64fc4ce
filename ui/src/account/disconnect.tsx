// Ends a session after one question, and says what it does not end: the grant at the host.
import { useState } from "preact/hooks";
import { Dialog } from "../components/dialog";
import { Icon } from "../components/icon";
import type { Host } from "../lib/api";
import { T } from "../texts";
import { disconnect } from "./connect";
import { hostLabel } from "./hosts";

const A = T.account;

export function RevokeLink({ host }: { host: Host }) {
  if (!/^https?:\/\//.test(host.revokeURL ?? "")) return null;
  return (
    <a href={host.revokeURL} target="_blank" rel="noreferrer noopener" class="revoke">
      {A.revoke(hostLabel(host))}
      <Icon name="external" />
    </a>
  );
}

export function DisconnectButton({ host }: { host: Host }) {
  const [asking, ask] = useState(false);
  const [error, setError] = useState("");
  const name = hostLabel(host);
  const run = () =>
    disconnect(host.provider ?? "").then(
      () => ask(false),
      (reason: unknown) => setError(reason instanceof Error ? reason.message : String(reason)),
    );
  return (
    <>
      <button type="button" class="btn" onClick={() => ask(true)}>
        {A.disconnect}
      </button>
      {asking && (
        <Dialog title={A.disconnectTitle(name)} close={() => ask(false)}>
          <div class="dialog-body">
            <p>{A.disconnectText}</p>
            <p>
              <RevokeLink host={host} />
            </p>
            {error && (
              <p class="err-text" role="alert">
                {A.disconnectFailed(error)}
              </p>
            )}
            <p class="actions">
              <button type="button" class="btn primary" onClick={run}>
                {A.disconnect}
              </button>
              <button type="button" class="btn" onClick={() => ask(false)}>
                {T.cancel}
              </button>
            </p>
          </div>
        </Dialog>
      )}
    </>
  );
}
