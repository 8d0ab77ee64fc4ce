// The way to an account at a git host, with everything that can happen on it: waiting, a blocked window,
// a refusal. One login runs at a time, so every button of the page shows the same one.
import type { Host } from "../lib/api";
import { linkTo, rangeOnly, urlState } from "../lib/router";
import { T } from "../texts";
import { cancelLogin, connect, connectHere, login } from "./connect";
import { hostLabel, hosts } from "./hosts";

const A = T.account;

interface Props {
  host: Host | undefined;
  /** What the button says; where a session has ended it is always "Reconnect". */
  label: string;
  primary?: boolean;
}

export function ConnectButton({ host, label, primary }: Props) {
  if (!host?.canConnect || !host.provider) return hosts.value === undefined ? null : <NotConfigured />;
  const provider = host.provider;
  const state = login.value;
  if (state.phase === "idle" || state.phase === "connected" || state.provider !== provider) {
    return (
      <button type="button" class={primary ? "btn primary" : "btn"} onClick={() => connect(provider)}>
        {host.state === "session_expired" ? A.reconnect : label}
      </button>
    );
  }
  return (
    <span class="login" role="status">
      <LoginState host={host} provider={provider} />
    </span>
  );
}

function LoginState({ host, provider }: { host: Host; provider: string }) {
  const state = login.value;
  const name = hostLabel(host);
  if (state.phase === "blocked") {
    return (
      <>
        <span class="warn-text">{A.blocked}</span>
        <button type="button" class="btn" onClick={() => connectHere(provider)}>
          {A.continueHere}
        </button>
      </>
    );
  }
  if (state.phase === "failed") {
    const sentence = A.failed[state.error](name);
    return (
      <>
        <span class="warn-text" data-login-error={state.error}>
          {sentence}
          {state.reason && state.reason !== sentence && <span class="faint reason">{state.reason}</span>}
        </span>
        <button type="button" class="btn" onClick={() => connect(provider)}>
          {A.tryAgain}
        </button>
      </>
    );
  }
  return (
    <>
      <span class="muted">{A.waiting(name)}</span>
      <button type="button" class="btn" onClick={cancelLogin}>
        {A.cancelLogin}
      </button>
    </>
  );
}

export function NotConfigured() {
  return (
    <span class="login">
      <span class="muted">{A.notConfigured}</span>
      <a {...linkTo("settings", rangeOnly(urlState.value))}>{A.hostsLink}</a>
    </span>
  );
}
