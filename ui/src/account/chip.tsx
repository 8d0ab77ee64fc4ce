// How the reader stands with the git hosts, in the bar of every page. Silent while there is nothing to say.
import { Icon } from "../components/icon";
import { Popover } from "../components/popover";
import type { Host } from "../lib/api";
import { navigate, rangeOnly, urlState } from "../lib/router";
import { T } from "../texts";
import { ConnectButton } from "./connect-button";
import { DisconnectButton } from "./disconnect";
import { hostLabel, hosts } from "./hosts";

const A = T.account;

/** The host the chip speaks of: a session that has ended needs attention first. */
export function chipHost(list: Host[]): Host | undefined {
  return (
    list.find((host) => host.state === "session_expired") ?? list.find((host) => host.state === "connected")
  );
}

export function connectedText(host: Host): string {
  const name = hostLabel(host);
  return host.account ? A.connected(name, host.account) : A.connectedHost(name);
}

export function AccountChip() {
  const host = chipHost(hosts.value ?? []);
  if (!host) return null;
  const expired = host.state === "session_expired";
  const text = expired ? A.expired : connectedText(host);
  return (
    <Popover
      label={text}
      name={null}
      align="right"
      class={expired ? "btn chip warn" : "btn chip"}
      button={
        <>
          <Icon name={expired ? "warn" : "user"} />
          <bdi class="chip-text">{text}</bdi>
        </>
      }
    >
      {(close) => (
        <div class="account-panel">
          <p>
            <bdi>{expired ? `${A.expired}: ${hostLabel(host)}` : connectedText(host)}</bdi>
          </p>
          <p class="actions">
            {expired && <ConnectButton host={host} label={A.reconnect} />}
            <DisconnectButton host={host} />
          </p>
          <p>
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                close();
                navigate("settings", rangeOnly(urlState.peek()));
              }}
            >
              {A.hostsLink}
            </button>
          </p>
        </div>
      )}
    </Popover>
  );
}
