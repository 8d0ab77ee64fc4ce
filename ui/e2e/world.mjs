// A running server with its own store and its own fake git host.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startForge } from "./forge.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const BINARY = process.env.FLAMELINE_BIN ?? join(ROOT, "build", "flameline");
const READY_MS = 20_000;

/** A provider that reads the fake host without a login; the administrator knows where `deep` comes from. */
const anonymousProvider = (api) => `source:
  providers:
    - name: github.com
      type: github
      api_url: ${api}
      anonymous: true
  overrides:
    - service: deep
      repository: https://github.com/acme/edge
      ref: main
      root: tools
`;

/** An OAuth application, so that the server can offer a login. */
const LOGIN = {
  GITHUB_CLIENT_ID: "flameline-stories",
  GITHUB_CLIENT_SECRET: "not-a-secret",
  GITHUB_SESSION_SECRET: "not-a-secret-either-but-long-enough",
};

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function waitReady(base, child) {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    const response = await fetch(`${base}/ready`).catch(() => undefined);
    if (response?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the server did not become ready");
}

/** Starts a server; `anonymous` lets it read the git host without a login. */
export async function startWorld({ anonymous }) {
  const forge = await startForge();
  forge.requireLogin = !anonymous;
  const directory = mkdtempSync(join(tmpdir(), "flameline-ui-"));
  const port = await freePort();
  const args = [
    "serve",
    `--server.listen=127.0.0.1:${port}`,
    `--storage.path=${join(directory, "data")}`,
    // The fixture has fixed times in the past, which the usual retention would refuse.
    "--limits.reject_older_than=0",
    "--storage.retention_age=3650d",
  ];
  if (anonymous) {
    const config = join(directory, "flameline.yaml");
    writeFileSync(config, anonymousProvider(forge.url));
    args.push("--config", config);
  }
  const log = [];
  const child = spawn(BINARY, args, {
    env: {
      ...process.env,
      ...(anonymous ? {} : LOGIN),
      GITHUB_API_URL: forge.url,
      GITHUB_SERVER_URL: forge.url,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(String(chunk)));
  const failed = new Promise((_, reject) => child.once("error", reject));
  const base = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([waitReady(base, child), failed]);
  } catch (error) {
    error.message += `\n${log.join("").slice(-2000)}`;
    throw error;
  }
  forge.login.registered = `${base}/login/callback`;
  return {
    base,
    forge,
    log,
    /** Why the server is gone, or undefined while it runs. */
    death: () => child.signalCode ?? child.exitCode ?? undefined,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        await gone;
      }
      forge.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
