import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { eventually, hasText, isCount, textOf } from "../check.mjs";
import { HOSTILE, HOSTILE_START, load, SERIES, TOTAL } from "../fixture.mjs";
import { startWorld } from "../world.mjs";
import { at, currentLine, findBar, urls } from "../pages.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Violations of WCAG A and AA on the page as it stands. */
async function violations(page) {
  // Evaluated by the test tool, outside the content security policy of the page.
  await page.evaluate((await import("node:fs")).readFileSync(AXE, "utf8"));
  return page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
    return result.violations.map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((node) => node.html.slice(0, 160))
          .slice(0, 3)
          .join(" || ")}`,
    );
  });
}

async function setTheme(page, name) {
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name }).click();
}

export const frame = [
  {
    n: 15,
    name: "Copy link",
    async run({ page, world, browserContext }) {
      // Relative times that reach back to the fixture, so that freezing has something to freeze.
      await page.goto(urls.details(world.base).replace(/from=\d+&to=\d+/, "from=now-600d&to=now"));
      await hasText(at.meter(page), "mins");
      const meter = await textOf(at.meter(page));
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByRole("menuitem", { name: /^Frozen/ }).click();
      await hasText(page.locator(".note"), "Link copied");
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.doesNotMatch(link, /now/);
      const other = await browserContext.newPage();
      await other.goto(link);
      await hasText(at.meter(other), meter);
      await hasText(other.getByTestId("function-name"), TOTAL);
      await eventually(async () => assert.equal(await currentLine(other), 57));
      await other.close();
    },
  },
  {
    n: 46,
    name: "First-run help, no data in range",
    async run({ page, world, origins, foreign }) {
      await page.goto(`${world.base}/profile?service=nope`);
      await hasText(page.locator(".state"), "No profiles of nope in this range");
      await hasText(page.locator(".state"), "No service of this name");
      await isCount(page.getByRole("button", { name: "Go there" }), 0);
      await page.goto(`${world.base}/profile?service=edge`);
      await hasText(page.locator(".state"), "No profiles of edge in this range");
      await page.getByRole("button", { name: "Go there" }).click();
      await hasText(at.meter(page), /^5 s/);
      const empty = await startWorld({ anonymous: false });
      origins.add(empty.base);
      try {
        await page.goto(`${empty.base}/`);
        await hasText(page.locator(".first-run"), "Waiting for the first profile");
        await isCount(page.locator(".snippet"), 3);
        await hasText(page.locator(".snippet").first(), empty.base);
        const edge = SERIES.find((series) => series.labels.service_name === "edge");
        await load(empty.base, [{ ...edge, once: true, at: Date.now() - 60_000 }]);
        await hasText(page.locator(".first-run"), "The first sample has arrived.");
        await page.getByRole("button", { name: "Open services" }).click();
        await hasText(at.rows(page).first(), "edge");
        assert.deepEqual(foreign, []);
      } finally {
        await page.goto("about:blank");
        await page.setContent("<title>closed</title>");
        await empty.stop();
      }
    },
  },
  {
    n: 48,
    name: "Theme",
    async run({ page, world, out }) {
      const themeOf = () => page.evaluate(() => document.documentElement.dataset.theme);
      await page.goto(urls.services(world.base));
      await isCount(at.rows(page), 6);
      assert.equal(await themeOf(), "dark");
      await setTheme(page, "Light");
      await eventually(async () => assert.equal(await themeOf(), "light"));
      // The first frame after a reload must already be light.
      await page.addInitScript(() => {
        requestAnimationFrame(() => {
          window.firstTheme = document.documentElement.dataset.theme;
        });
      });
      await page.reload();
      await isCount(at.rows(page), 6);
      assert.equal(await page.evaluate(() => window.firstTheme), "light");
      await page.emulateMedia({ media: "print" });
      assert.equal(await themeOf(), "light");
      await page.emulateMedia({ media: "screen" });
      const found = [];
      for (const theme of ["Light", "Dark"]) {
        await setTheme(page, theme);
        const name = theme.toLowerCase();
        const check = async (screen) => {
          await page.waitForTimeout(300);
          await page.screenshot({ path: join(out, `${screen}-${name}.png`) });
          for (const violation of await violations(page)) found.push(`${screen} ${name}: ${violation}`);
        };
        await page.goto(urls.services(world.base));
        await isCount(at.rows(page), 6);
        await hasText(at.rows(page).first().locator(".hottest"), "18%");
        await check("s1");
        await page.goto(urls.profile(world.base));
        await hasText(at.meter(page), "1.67 mins");
        await check("s2");
        await page.goto(urls.profile(world.base, "shop-api", "&view=lines"));
        await hasText(page.locator(".lines .vrow").nth(1), "18 s");
        await check("s2-lines");
        await page.goto(urls.details(world.base));
        await eventually(async () => assert.equal(await currentLine(page), 57));
        await check("s5-dock");
        await page.goto(urls.page(world.base));
        await eventually(async () => assert.equal(await currentLine(page), 57));
        await check("s5-page");
        await page.goto(urls.file(world.base));
        await eventually(async () => assert.equal(await currentLine(page), 57));
        await check("s6");
        await page.goto(urls.compare(world.base));
        await hasText(page.locator(".compare-table"), "\u221215 pp");
        await check("s7");
        await page.goto(`${world.base}/settings`);
        await hasText(page.locator(".settings"), "Source hosts");
        await check("s11");
      }
      assert.deepEqual(found, []);
    },
  },
  {
    n: 51,
    name: "Hostile names",
    async run({ page, world }) {
      const range = `from=${HOSTILE_START}&to=${HOSTILE_START + 3_600_000}`;
      await page.goto(`${world.base}/services?${range}`);
      await isCount(at.rows(page), 1);
      await hasText(at.rows(page).first(), "<img src=x onerror=alert(1)>");
      await page.locator("a.service").click();
      await hasText(at.meter(page), "5 s");
      assert.match(await page.title(), /<img src=x/);
      await findBar(page, HOSTILE);
      await hasText(at.tooltip(page), "<img src=x onerror=alert(1)>");
      await at
        .tableRows(page)
        .first()
        .getByRole("button", { name: /^Details of/ })
        .click({ force: true });
      await hasText(page.getByTestId("function-name"), "<img src=x onerror=alert(1)>");
      await hasText(at.why(page), "<img src=x");
      assert.equal(await page.locator("img").count(), 0);
    },
  },
  {
    n: 52,
    name: "Own origin only",
    async run({ page, world, foreign }) {
      await page.goto(urls.details(world.base));
      await eventually(async () => assert.equal(await currentLine(page), 57));
      assert.deepEqual(foreign, [], "all stories so far asked only their own server");
    },
  },
];
