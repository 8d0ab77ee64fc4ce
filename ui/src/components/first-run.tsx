// What a new server shows: where to send profiles, and a light that turns green by itself.
import { useEffect, useState } from "preact/hooks";
import { fetchStats } from "../lib/api";
import { refresh } from "../lib/range";
import { clearCache } from "../lib/rpc";
import { T } from "../texts";
import { CopyButton } from "./copy";

const POLL_MS = 3000;

function snippets(address: string): [title: string, text: string][] {
  return [
    [
      T.snippets.alloy,
      `pyroscope.write "flameline" {
  endpoint {
    url = "${address}"
  }
}

pyroscope.scrape "default" {
  targets    = [{"__address__" = "localhost:6060", "service_name" = "my-service"}]
  forward_to = [pyroscope.write.flameline.receiver]
}`,
    ],
    [
      T.snippets.sdk,
      `pyroscope.Start(pyroscope.Config{
	ApplicationName: "my-service",
	ServerAddress:   "${address}",
	Tags: map[string]string{
		"service_repository": "https://github.com/owner/repo",
		"service_git_ref":    os.Getenv("GIT_COMMIT"),
	},
})`,
    ],
    [
      T.snippets.curl,
      `curl -fsS --data-binary @cpu.pprof \\
  "${address}/ingest?name=my-service&format=pprof&from=$(($(date +%s)-10))&until=$(date +%s)"`,
    ],
  ];
}

export function FirstRun() {
  const [arrived, setArrived] = useState(false);
  const address = document.baseURI.replace(/\/$/, "");
  useEffect(() => {
    if (arrived) return;
    const timer = setInterval(async () => {
      clearCache();
      const stats = await fetchStats().catch(() => undefined);
      if (stats?.dataIngested) setArrived(true);
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [arrived]);
  return (
    <section class="first-run">
      <h2>
        <i class={arrived ? "dot ok" : "dot"} aria-hidden="true" /> {T.firstRunTitle}
      </h2>
      <p role="status">
        {arrived ? T.firstRunDone : T.firstRunText}{" "}
        {arrived && (
          <button type="button" class="btn primary" onClick={refresh}>
            {T.openServices}
          </button>
        )}
      </p>
      <p class="address">
        <code>{address}</code> <CopyButton text={address} />
      </p>
      {snippets(address).map(([title, text]) => (
        <div class="card snippet" key={title}>
          <div class="card-head">
            <h3>{title}</h3>
            <CopyButton text={text} />
          </div>
          <pre>{text}</pre>
        </div>
      ))}
    </section>
  );
}
