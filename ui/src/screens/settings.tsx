// S11: what holds for the tenant, what holds for this browser, and the accounts that source is read with.
import { useEffect, useState } from "preact/hooks";
import { unsaved } from "../lib/router";
import { T } from "../texts";
import { BrowserCard } from "./settings/browser-card";
import { HostsCard } from "./settings/hosts-card";
import { TenantCard } from "./settings/tenant-card";
import "../styles/settings.css";

export function Settings() {
  const [dirty, setDirty] = useState({ tenant: false, browser: false });
  useEffect(() => {
    document.title = T.pageTitle([T.settings.title]);
  }, []);
  const any = dirty.tenant || dirty.browser;
  useEffect(() => {
    unsaved.value = any;
    return () => {
      unsaved.value = false;
    };
  }, [any]);
  return (
    <div class="settings">
      <h1 tabIndex={-1}>{T.settings.title}</h1>
      <TenantCard onDirty={(tenant) => setDirty((old) => ({ ...old, tenant }))} />
      <BrowserCard onDirty={(browser) => setDirty((old) => ({ ...old, browser }))} />
      <HostsCard />
    </div>
  );
}
