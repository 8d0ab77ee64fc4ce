// In place of function details where the tenant has switched them off: old links must explain themselves.
import { useEffect } from "preact/hooks";
import { linkTo, rangeOnly, update, urlState } from "../lib/router";
import { withFunction } from "../lib/urlstate";
import { T } from "../texts";

export function DetailsOff({ page = false }: { page?: boolean }) {
  const state = urlState.value;
  useEffect(() => {
    if (page) document.title = T.pageTitle([T.functionDetails]);
  }, [page]);
  return (
    <div class={page ? "state page" : "state"}>
      {page ? <h1 tabIndex={-1}>{T.settings.detailsOff}</h1> : <strong>{T.settings.detailsOff}</strong>}
      <p>{T.settings.detailsOffHint}</p>
      <p class="actions">
        <a {...linkTo("settings", rangeOnly(state))}>{T.settings.toSwitch}</a>
        {page ? (
          <a {...linkTo("profile", withFunction(state, undefined))}>{T.functionElsewhere}</a>
        ) : (
          <button type="button" class="btn" onClick={() => update(withFunction(urlState.peek(), undefined))}>
            {T.close}
          </button>
        )}
      </p>
    </div>
  );
}
