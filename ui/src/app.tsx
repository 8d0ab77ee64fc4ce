// Chooses the screen, keeps the frame around it, and moves focus to the heading of a new screen.
import { useEffect, useRef } from "preact/hooks";
import { DetailsOff } from "./components/details-off";
import { lazy } from "./components/lazy";
import { Dialog } from "./components/dialog";
import { OfflineBar } from "./components/offline";
import { Boundary } from "./components/states";
import { TopBar } from "./components/top-bar";
import { droppedParameters, linkTo, pendingLeave, rangeOnly, screen, urlState } from "./lib/router";
import { detailsEnabled } from "./lib/settings";
import { T } from "./texts";

const Services = lazy(() => import("./screens/services").then((module) => module.Services));
const Profile = lazy(() => import("./screens/profile").then((module) => module.Profile));
const FunctionPage = lazy(() => import("./screens/function").then((module) => module.FunctionPage));
const FilePage = lazy(() => import("./screens/file").then((module) => module.FilePage));
const Compare = lazy(() => import("./screens/compare").then((module) => module.Compare));
const Settings = lazy(() => import("./screens/settings").then((module) => module.Settings));

function Notice() {
  const keys = droppedParameters.value;
  if (keys.length === 0) return null;
  return (
    <div class="notice warn" role="status">
      {T.notUnderstood(keys)}
      <button type="button" class="btn quiet" onClick={() => (droppedParameters.value = [])}>
        {T.dismiss}
      </button>
    </div>
  );
}

/** Asked by a screen that would lose what was typed. */
function LeaveQuestion() {
  const leave = pendingLeave.value;
  if (!leave) return null;
  const stay = () => (pendingLeave.value = undefined);
  return (
    <Dialog title={T.settings.leaveTitle} close={stay}>
      <div class="dialog-body">
        <p>{T.settings.leaveText}</p>
        <p class="actions">
          <button type="button" class="btn primary" onClick={stay}>
            {T.settings.stay}
          </button>
          <button type="button" class="btn" onClick={leave}>
            {T.settings.leave}
          </button>
        </p>
      </div>
    </Dialog>
  );
}

function NoSuchPage() {
  useEffect(() => {
    document.title = T.pageTitle([T.noSuchPage]);
  }, []);
  return (
    <div class="state page">
      <h1 tabIndex={-1}>{T.noSuchPage}</h1>
      <p>{T.noSuchPageHint}</p>
      <p>
        <a {...linkTo("services", rangeOnly(urlState.value))}>{T.toServices}</a>
      </p>
    </div>
  );
}

/** After a change of screen the reader starts at its heading, not in the void. */
function useHeadingFocus(name: string): void {
  const before = useRef(name);
  useEffect(() => {
    if (before.current === name) return;
    before.current = name;
    const focusHeading = () => document.querySelector<HTMLElement>("main h1")?.focus();
    const heading = document.querySelector("main h1");
    if (heading) return focusHeading();
    const watch = new MutationObserver(() => {
      if (!document.querySelector("main h1")) return;
      watch.disconnect();
      focusHeading();
    });
    watch.observe(document.body, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, [name]);
}

export function App() {
  const current = screen.value;
  useHeadingFocus(current);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        {T.skip}
      </button>
      <TopBar />
      <OfflineBar />
      <Notice />
      <LeaveQuestion />
      <main id="main" tabIndex={-1}>
        <Boundary key={current}>
          {current === "services" && <Services />}
          {current === "profile" && <Profile />}
          {detailsEnabled.value ? (
            <>
              {current === "function" && <FunctionPage />}
              {current === "file" && <FilePage />}
              {current === "compare" && <Compare />}
            </>
          ) : (
            (current === "function" || current === "file" || current === "compare") && <DetailsOff page />
          )}
          {current === "settings" && <Settings />}
          {current === "none" && <NoSuchPage />}
        </Boundary>
      </main>
    </>
  );
}
