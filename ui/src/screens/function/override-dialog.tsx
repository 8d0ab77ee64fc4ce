// Repository, ref and root by hand: tried without leaving, then written into the link, on demand also
// remembered for the service in this browser.
import { useRef, useState } from "preact/hooks";
import { hosts } from "../../account/hosts";
import { Dialog } from "../../components/dialog";
import { type ResolveResponse, resolveSource } from "../../lib/api";
import { range } from "../../lib/range";
import { update, urlState } from "../../lib/router";
import { NO_LABEL, type VersionCosts } from "../../source/costs";
import {
  checkPlace,
  type Effective,
  overrideOf,
  type Place,
  rememberedOverride,
  rememberOverride,
} from "../../source/override";
import { T } from "../../texts";
import { Attempts } from "./attempts";
import { sourceRequest } from "./data";

const O = T.override;
const FIELDS = ["repository", "ref", "root"] as const;
const ERRORS = { repository: O.badAddress, ref: O.badRef, root: O.badRoot };

interface Props {
  fn: string;
  version: VersionCosts;
  place: Effective;
  close(): void;
}

const inLink = (value: string) => (value === "" ? NO_LABEL : value);

export function OverrideDialog({ fn, version, place, close }: Props) {
  const { service } = urlState.value;
  const labels: Place = { repository: version.repository, ref: version.ref, root: version.root };
  const [draft, setDraft] = useState<Place>({
    repository: place.repository,
    ref: place.ref,
    root: place.root,
  });
  const [remember, setRemember] = useState(place.origin === "browser");
  const [tried, setTried] = useState<ResolveResponse | "running" | string>();
  const [checked, setChecked] = useState(false);
  const serial = useRef(0);
  const errors = checkPlace(
    draft,
    (hosts.value ?? []).map((host) => host.provider ?? ""),
  );
  const shown = checked ? errors : {};

  function valid(): boolean {
    setChecked(true);
    return Object.keys(errors).length === 0;
  }

  function tryIt() {
    if (!valid()) return;
    serial.current += 1;
    const mine = serial.current;
    setTried("running");
    const settle = (result: ResolveResponse | string) => serial.current === mine && setTried(result);
    resolveSource(sourceRequest(fn, version, draft, undefined, range.peek().end)).then(
      settle,
      (error: unknown) => settle(error instanceof Error ? error.message : String(error)),
    );
  }

  function apply() {
    if (!valid()) return;
    if (service) {
      if (remember) rememberOverride(service, overrideOf(labels, draft));
      else if (rememberedOverride(service)) rememberOverride(service, undefined);
    }
    update({ repo: draft.repository, ref: draft.ref, root: inLink(draft.root), line: urlState.peek().line });
    close();
  }

  function reset() {
    if (service) rememberOverride(service, undefined);
    if (place.origin === "link") update({ repo: undefined, ref: undefined, root: undefined });
    close();
  }

  return (
    <Dialog title={O.title} close={close}>
      <form
        class="dialog-body override"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        {FIELDS.map((field) => (
          <label key={field} class="form-row">
            <span>{O[field]}</span>
            <span class="form-field">
              <input
                class="field mono"
                name={field}
                value={draft[field]}
                spellcheck={false}
                autocomplete="off"
                aria-invalid={shown[field] === true}
                onInput={(event) => {
                  setDraft({ ...draft, [field]: event.currentTarget.value.trim() });
                  setTried(undefined);
                }}
              />
              <span class="faint">
                {labels[field] === "" ? O.noLabel : <bdi class="mono">{O.ofLabel(labels[field])}</bdi>}
                {field === "root" && ` · ${O.rootHint}`}
              </span>
              {shown[field] && (
                <span class="err-text" role="alert">
                  {ERRORS[field]}
                </span>
              )}
            </span>
          </label>
        ))}
        <label class="check">
          <input
            type="checkbox"
            checked={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
          {O.remember}
        </label>
        <p class="actions">
          <button type="submit" class="btn primary">
            {O.apply}
          </button>
          <button type="button" class="btn" onClick={tryIt}>
            {O.try}
          </button>
          <button
            type="button"
            class="btn"
            disabled={place.origin === "labels" || place.origin === "administrator"}
            onClick={reset}
          >
            {O.reset}
          </button>
        </p>
        {tried !== undefined && <Tried result={tried} />}
      </form>
    </Dialog>
  );
}

function Tried({ result }: { result: ResolveResponse | string }) {
  if (result === "running") return <p role="status">{O.trying}</p>;
  if (typeof result === "string") return <p class="err-text">{result}</p>;
  const state = result.source?.state ?? "";
  const found = state === "ok";
  return (
    <div class="tried" role="status">
      <p class={found ? "ok-text" : "warn-text"}>
        {found ? O.works(result.source?.path ?? "") : (T.verdicts[state] ?? result.source?.message ?? state)}
      </p>
      {(result.attempts ?? []).length > 0 && <Attempts attempts={result.attempts ?? []} />}
    </div>
  );
}
