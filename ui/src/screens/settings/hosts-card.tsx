// Every configured git host and how the reader stands with it.
import { useEffect } from "preact/hooks";
import { ConnectButton } from "../../account/connect-button";
import { DisconnectButton, RevokeLink } from "../../account/disconnect";
import { hostLabel, hosts, loadHosts } from "../../account/hosts";
import type { Host } from "../../lib/api";
import { int64 } from "../../lib/format";
import { zone } from "../../lib/preferences";
import { formatTime } from "../../lib/time";
import { T } from "../../texts";
import { CardHead } from "./card";

const A = T.account;

export function HostsCard() {
  useEffect(() => void loadHosts(), []);
  const list = hosts.value;
  return (
    <section class="card settings-card" id="hosts" aria-label={T.settings.hosts}>
      <CardHead title={T.settings.hosts} hint={T.settings.hostsHint} />
      {list?.length === 0 && <p class="settings-rows">{T.settings.noHosts}</p>}
      {list && list.length > 0 && (
        <ul class="hosts">
          {list.map((host) => (
            <HostRow key={host.provider} host={host} />
          ))}
        </ul>
      )}
    </section>
  );
}

const STATE_CLASS: Record<string, string> = { connected: "ok-text", session_expired: "warn-text" };

function HostRow({ host }: { host: Host }) {
  const state = host.state ?? "off";
  const session = state === "connected" || state === "session_expired";
  const expires = int64(host.expiresAt);
  return (
    <li class="host" data-provider={host.provider}>
      <span class="host-name">
        <bdi>{hostLabel(host)}</bdi>
        {host.provider !== host.label && <bdi class="faint mono">{host.provider}</bdi>}
      </span>
      <span class="host-state">
        <span class={STATE_CLASS[state] ?? "muted"}>{A.states[state] ?? state}</span>
        {host.account && <bdi>{host.account}</bdi>}
        {session && expires > 0 && <span class="faint">{A.expires(formatTime(expires, zone.value))}</span>}
      </span>
      <span class="actions">
        {host.canConnect && state !== "connected" && (
          <ConnectButton host={host} label={A.connect(hostLabel(host))} />
        )}
        {session && <DisconnectButton host={host} />}
        {(session || host.canConnect) && <RevokeLink host={host} />}
      </span>
    </li>
  );
}
