// Where the source is read from: a link, or the way to an account that may read it, and who said so when
// it is not the label.
import { useState } from "preact/hooks";
import { ConnectButton } from "../../account/connect-button";
import { hostOf, hosts } from "../../account/hosts";
import { Icon } from "../../components/icon";
import type { SourceState } from "../../lib/api";
import { shortRepository } from "../../lib/names";
import { webAddress } from "../../source/place-links";
import type { Effective } from "../../source/override";
import type { VersionCosts } from "../../source/costs";
import { T } from "../../texts";
import { OverrideDialog } from "./override-dialog";

/** Read without an account of the reader, who may have one that reads more. */
const ANONYMOUS = new Set(["not_connected", "open"]);
const NEEDS_LOGIN = new Set(["not_connected", "session_expired"]);

interface Props {
  fn: string;
  version: VersionCosts;
  place: Effective;
  source: SourceState | undefined;
}

export function RepositoryRow(props: Props) {
  const { place, source } = props;
  const [editing, edit] = useState(false);
  return (
    <>
      <Repository repository={place.repository} source={source} />
      {place.origin !== "labels" && (
        <span class="badge overridden" title={T.byWhom[place.origin]}>
          {place.origin === "administrator" ? T.byWhom.administrator : T.override.badge}
        </span>
      )}
      <button
        type="button"
        class="btn quiet icon small"
        aria-label={T.editSource}
        title={T.editSource}
        onClick={() => edit(true)}
      >
        <Icon name="pencil" />
      </button>
      {editing && <OverrideDialog {...props} close={() => edit(false)} />}
    </>
  );
}

function Repository({ repository, source }: { repository: string; source: SourceState | undefined }) {
  if (repository === "") return <span class="muted">{T.noRepository}</span>;
  const short = shortRepository(repository);
  const host = hostOf(hosts.value ?? [], source?.provider, repository);
  if (NEEDS_LOGIN.has(source?.state ?? "") && host?.canConnect) {
    return <ConnectButton host={host} label={T.connectTo(short)} primary />;
  }
  const name = <bdi class="mono">{short}</bdi>;
  const address = webAddress(repository);
  const anonymous = source?.state === "ok" && host?.canConnect && ANONYMOUS.has(host.state ?? "");
  return (
    <>
      {address ? (
        <a href={address} target="_blank" rel="noreferrer noopener" title={repository}>
          {name}
        </a>
      ) : (
        name
      )}
      {anonymous && <ConnectButton host={host} label={T.account.connectPrivate} />}
    </>
  );
}
