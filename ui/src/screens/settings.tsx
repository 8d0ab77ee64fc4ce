// S11: what holds for the tenant, what holds for this browser, and the accounts that source is read with.
import { useEffect, useRef } from "preact/hooks";
import { unsaved } from "../lib/router";
import { T } from "../texts";
import { BrowserCard } from "./settings/browser-card";
import { HostsCard } from "./settings/hosts-card";
import { TenantCard } from "./settings/tenant-card";
import "../styles/settings.css";

export function Settings() {
  const dirty = useRef({ tenant: false, browser: false });
  // At once, not with the next rendering: who sees "Saved" may leave.
  const mark = (card: "tenant" | "browser") => (value: boolean) => {
    dirty.current[card] = value;
    unsaved.value = dirty.current.tenant || dirty.current.browser;
  };
  useEffect(() => {
    document.title = T.pageTitle([T.settings.title]);
    return () => {
      unsaved.value = false;
    };
  }, []);
  return (
    <div class="settings">
      <h1 tabIndex={-1}>{T.settings.title}</h1>
      <TenantCard onDirty={mark("tenant")} />
      <BrowserCard onDirty={mark("browser")} />
      <HostsCard />
    </div>
  );
}
