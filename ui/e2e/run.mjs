// Runs the stories of the UI specification in a real browser against the real server: one line per story,
// exit code 1 when one fails. `node e2e/run.mjs 5 24` runs only those.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { HOSTILE_SERIES, load, SERIES } from "./fixture.mjs";
import { accounts } from "./stories/accounts.mjs";
import { details } from "./stories/details.mjs";
import { frame } from "./stories/frame.mjs";
import { profile } from "./stories/profile.mjs";
import { services } from "./stories/services.mjs";
import { settings } from "./stories/settings.mjs";
import { source } from "./stories/source.mjs";
import { startWorld } from "./world.mjs";

const OUT = process.env.OUT ?? join(dirname(fileURLToPath(import.meta.url)), "out");
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const VIEWPORT = { width: 1440, height: 900 };

const wanted = new Set(process.argv.slice(2).map(Number));
const stories = [...services, ...profile, ...details, ...accounts, ...source, ...settings, ...frame]
  .sort((a, b) => a.n - b.n)
  .filter((story) => wanted.size === 0 || wanted.has(story.n));

/** What no story may cause, whatever it is about. */
function watch(page, problems, foreign, origins) {
  page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // The browser reports failed requests by itself; stories that provoke them say so.
    if (/Failed to load resource/.test(message.text())) return;
    problems.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^https?:$/.test(protocol) && !origins.has(origin)) foreign.push(request.url());
  });
}

async function runStory(story, browser, context) {
  const problems = [];
  const browserContext = await browser.newContext({
    viewport: VIEWPORT,
    timezoneId: "UTC",
    colorScheme: "dark",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await browserContext.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const open = (page) => watch(page, problems, context.foreign, context.origins);
  browserContext.on("page", open);
  const page = await browserContext.newPage();
  try {
    await story.run({ ...context, page, browserContext });
    const title = await page.title();
    if (title === "") problems.push("the page has no title");
  } catch (error) {
    problems.push(error.stack?.split("\n").slice(0, 6).join(" | ") ?? String(error));
  }
  await page
    .screenshot({ path: join(OUT, `story-${String(story.n).padStart(2, "0")}.png`) })
    .catch(() => undefined);
  await browserContext.close();
  context.world.forge.reset();
  context.closed.forge.reset();
  return problems;
}

async function main() {
  mkdirSync(OUT, { recursive: true });
  const world = await startWorld({ anonymous: true });
  const closed = await startWorld({ anonymous: false });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
  });
  let failed = 0;
  try {
    await load(world.base, [...SERIES, ...HOSTILE_SERIES]);
    await load(
      closed.base,
      SERIES.filter((series) => series.labels.service_name === "shop-api"),
    );
    const context = { world, closed, out: OUT, foreign: [], origins: new Set([world.base, closed.base]) };
    // The login window may go to the host; nothing else may.
    context.origins.add(closed.forge.url);
    for (const story of stories) {
      const begin = Date.now();
      const problems = await runStory(story, browser, context);
      if (problems.length > 0) failed += 1;
      const mark = problems.length === 0 ? "ok  " : "FAIL";
      console.log(`${mark} ${String(story.n).padStart(2)} ${story.name} (${Date.now() - begin} ms)`);
      for (const problem of problems) console.log(`       ${problem}`);
      const dead = [world, closed].find((each) => each.death() !== undefined);
      if (dead) throw new Error(`the server died (${dead.death()}):\n${dead.log.join("").slice(-3000)}`);
    }
  } finally {
    await browser.close();
    await Promise.all([world.stop(), closed.stop()]);
  }
  console.log(
    failed === 0 ? `all ${stories.length} stories pass` : `${failed} of ${stories.length} stories fail`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
