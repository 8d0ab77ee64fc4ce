// Pictures of every state of the login and of "Why is there no source?", in both themes, from canned
// answers: no server runs. `node e2e/states.mjs [word …]` draws those whose name has one of the words.
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { answers, CONNECTED, EXPIRED, functionAnswer, host, RESOLVE } from "./canned.mjs";
import { END, REF_A, REF_B, START, TOTAL, TYPE } from "./fixture.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = process.env.OUT ?? join(HERE, "out");
const DIST = join(HERE, "..", "dist");
const ORIGIN = "http://flameline.test";
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html" };

const query = `service=shop-api&type=${TYPE}&from=${START}&to=${END}&fn=${encodeURIComponent(TOTAL)}`;
const FUNCTION = `/function?${query}`;
const why = (name) => ({ name: `why-${name}`, resolve: RESOLVE[name], hosts: [CONNECTED] });
const needsLogin = { resolve: RESOLVE.not_connected, hosts: [host()] };

const press =
  (name, within = "body") =>
  (page) =>
    page.locator(within).getByRole("button", { name }).first().click();

/** Starts a login and posts what the callback page would. */
const failLogin =
  (error, reason = "") =>
  async (page) => {
    await press("Connect to acme/shop")(page);
    await page.locator(".facts .login").waitFor();
    await page.waitForTimeout(300);
    await page.evaluate((data) => new BroadcastChannel("flameline-login-a1").postMessage(data), {
      error,
      reason,
    });
    await page.locator(".facts [data-login-error]").waitFor();
  };

const blockWindows = () => {
  window.open = () => null;
};

const small = (request) => {
  const answer = functionAnswer();
  const second = request.selection.labelSelector.includes(REF_B);
  return { ...answer, queryTotal: second ? "400000000" : answer.queryTotal };
};

const STATES = [
  // 2.6
  { name: "login-not-configured", resolve: RESOLVE.not_connected, hosts: [] },
  { name: "login-public", resolve: RESOLVE.found, hosts: [host()] },
  { name: "login-needed", ...needsLogin },
  { name: "login-waiting", ...needsLogin, act: press("Connect to acme/shop") },
  { name: "login-blocked", ...needsLogin, init: blockWindows, act: press("Connect to acme/shop") },
  { name: "login-denied", ...needsLogin, act: failLogin("denied") },
  { name: "login-forged", ...needsLogin, act: failLogin("forged") },
  {
    name: "login-exchange-failed",
    ...needsLogin,
    act: failLogin("exchange_failed", "HTTP 500, request 01J8ZC3F"),
  },
  { name: "login-host-error", ...needsLogin, act: failLogin("host_error", "connection refused") },
  { name: "login-connected", resolve: RESOLVE.found, hosts: [CONNECTED], act: press(/Connected to/) },
  {
    name: "login-expired",
    resolve: RESOLVE.session_expired,
    hosts: [EXPIRED],
    act: press(/Session expired/),
  },
  {
    name: "login-expired-code-kept",
    hosts: [EXPIRED],
    // The second question about the same file finds the session ended.
    resolve: (() => {
      let asked = 0;
      return () => (asked++ % 2 === 0 ? RESOLVE.found : RESOLVE.session_expired);
    })(),
    labels: { ref: "main" },
    act: async (page) => {
      await page.locator(".cm-content").waitFor();
      await page.keyboard.press("[");
    },
  },
  {
    name: "login-disconnect",
    resolve: RESOLVE.found,
    hosts: [CONNECTED],
    act: async (page) => {
      await press(/Connected to/)(page);
      await press("Disconnect", ".account-panel")(page);
    },
  },
  {
    name: "settings",
    path: "/settings",
    hosts: [
      CONNECTED,
      { ...EXPIRED, provider: "ghe.example.com", label: "GitHub Enterprise" },
      host({ provider: "gitlab.com", type: "gitlab", label: "GitLab", revokeURL: "" }),
      host({
        provider: "mirror",
        type: "local",
        label: "mirror",
        state: "open",
        canConnect: false,
        revokeURL: "",
      }),
    ],
    act: async (page) => page.locator("#max-nodes").fill("0"),
  },
  { name: "settings-no-hosts", path: "/settings", hosts: [] },
  { name: "details-off", hosts: [], settings: { enableFunctionDetails: false } },
  // 2.7
  ...Object.keys(RESOLVE)
    .filter((name) => RESOLVE[name].source.state !== "ok")
    .map((name) => why(name)),
  { ...why("no_labels"), name: "why-no-labels-at-all", labels: { repository: "", ref: "" } },
  { ...why("no_labels"), name: "why-no-ref", labels: { ref: "" } },
  {
    name: "why-no-lines",
    resolve: RESOLVE.found,
    hosts: [CONNECTED],
    labels: { lines: [{ self: "18000000000", total: "30000000000" }] },
  },
  { name: "why-explain", resolve: RESOLVE.warnings, hosts: [CONNECTED], act: press("Explain mapping") },
  {
    ...why("java_needs_mapping"),
    fn: { function: "com.acme.billing.Money.round" },
    labels: { file: "", startLine: 0 },
  },
  // The text against the profile
  { name: "version-shifted", resolve: RESOLVE.shifted, hosts: [CONNECTED] },
  { name: "version-differs", resolve: RESOLVE.differs, hosts: [CONNECTED] },
  { name: "version-guess", resolve: RESOLVE.found, hosts: [CONNECTED], labels: { ref: "" } },
  // Overrides
  {
    name: "override-errors",
    resolve: RESOLVE.file_not_found,
    hosts: [CONNECTED],
    act: async (page) => {
      await press("Edit repository, ref and root")(page);
      await page.getByRole("dialog").locator("[name=repository]").fill("shop");
      await page.getByRole("dialog").locator("[name=ref]").fill("a b");
      await page.getByRole("dialog").locator("[name=root]").fill("../x");
      await press("Try", "dialog")(page);
    },
  },
  {
    name: "override-tried",
    resolve: RESOLVE.found,
    hosts: [CONNECTED],
    act: async (page) => {
      await press("Edit repository, ref and root")(page);
      await press("Try", "dialog")(page);
    },
  },
  {
    name: "override-administrator",
    resolve: RESOLVE.found,
    hosts: [CONNECTED],
    override: { set: true, root: "services/shop" },
  },
  { name: "override-link", path: `${FUNCTION}&ref=main`, resolve: RESOLVE.found, hosts: [CONNECTED] },
  // Commits
  { name: "commits-menu", resolve: RESOLVE.found, hosts: [CONNECTED], act: press(/^Choose commit/) },
  {
    name: "compare-missing",
    path: `/compare?${query}&ref=${REF_A}&ref2=${REF_B}`,
    resolve: ({ ref }) => (ref === REF_A ? RESOLVE.found : RESOLVE.file_not_found),
    hosts: [CONNECTED],
  },
  {
    name: "compare-few",
    path: `/compare?${query}&ref=${REF_A}&ref2=${REF_B}`,
    resolve: RESOLVE.found,
    hosts: [CONNECTED],
    side: small,
  },
];

function shell() {
  return readFileSync(join(DIST, "index.html"), "utf8").replaceAll("__CSP_NONCE__", "n");
}

async function serve(context, state) {
  const calls = answers({ hosts: [], ...state });
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    if (url.origin !== ORIGIN)
      return route.fulfill({ contentType: "text/html", body: "<title>host</title>" });
    const call = calls[url.pathname.slice(1)];
    if (call) return route.fulfill({ json: call(JSON.parse(route.request().postData() || "{}")) });
    if (url.pathname.includes(".v1.")) return route.fulfill({ status: 501, json: { code: "unimplemented" } });
    const asset = extname(url.pathname);
    if (TYPES[asset] && url.pathname.startsWith("/assets/"))
      return route.fulfill({ contentType: TYPES[asset], body: readFileSync(join(DIST, url.pathname)) });
    if (url.pathname === "/host")
      return route.fulfill({ contentType: "text/html", body: "<title>host</title>" });
    return route.fulfill({ contentType: "text/html", body: shell() });
  });
}

async function draw(browser, state, theme) {
  const context = await browser.newContext({
    viewport: { width: 1180, height: 760 },
    timezoneId: "UTC",
    colorScheme: theme,
  });
  await serve(context, state);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  if (state.init) await page.addInitScript(state.init);
  await page.goto(`${ORIGIN}${state.path ?? FUNCTION}`);
  await page.locator("h1").first().waitFor();
  await page.waitForTimeout(250);
  if (state.act) await state.act(page);
  await page.waitForTimeout(350);
  await page.screenshot({ path: join(OUT, `state-${state.name}-${theme}.png`) });
  await context.close();
  return problems;
}

const words = process.argv.slice(2);
const wanted = STATES.filter(
  (state) => words.length === 0 || words.some((word) => state.name.includes(word)),
);
mkdirSync(OUT, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
let failed = 0;
for (const state of wanted) {
  for (const theme of ["dark", "light"]) {
    const problems = await draw(browser, state, theme).catch((error) => [error.message.split("\n")[0]]);
    if (problems.length > 0) {
      failed += 1;
      console.log(`FAIL ${state.name} ${theme}: ${problems.join(" | ")}`);
    }
  }
}
await browser.close();
console.log(`${wanted.length * 2 - failed} pictures in ${OUT}, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
