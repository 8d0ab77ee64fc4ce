// Where source comes from when the labels do not say it, two commits side by side, and hosts that refuse.
import assert from "node:assert/strict";
import { eventually, hasText, hasUrl, isCount, urlLacks } from "../check.mjs";
import { REF_A, REF_B, SHOP } from "../fixture.mjs";
import { at, currentLine, urls } from "../pages.mjs";

const ROUTER = "edge::Router::route(std::string const&)";

const functionIn = (base, service, fn) => urls.profile(base, service, `&fn=${encodeURIComponent(fn)}`);
const badge = (page) => page.locator(".badge.overridden");
const dialog = (page) => page.getByRole("dialog");

async function fill(page, values) {
  for (const [name, value] of Object.entries(values))
    await dialog(page).locator(`[name=${name}]`).fill(value);
}

export const source = [
  {
    n: 30,
    name: "Two commits",
    async run({ page, world }) {
      await page.goto(urls.details(world.base));
      await eventually(async () => assert.equal(await currentLine(page), 57));
      await page.getByRole("button", { name: /^Choose commit/ }).click();
      await page
        .getByRole("menuitem", { name: "Compare with previous: Compare aaaa111 with bbbb222" })
        .click();
      await hasUrl(page, new RegExp(`/compare\\?.*ref=${REF_A}.*ref2=${REF_B}`));
      await hasText(page.locator("h1"), "Two commits");
      const sides = page.locator(".compare-side");
      await hasText(sides.nth(0), /aaaa111 30 s, 50% of the query 1 min .*mona · 2026-01-05/);
      await hasText(sides.nth(1), /bbbb222 12 s, 30% of the query 40 s .*hubot · 2026-01-11/);
      // 18 s of 60 s against 6 s of 40 s.
      const row = page.locator(".compare-table tr", { hasText: "sum += price(item" });
      await hasText(row, /^30% 30% 57 sum \+= .* \u221215 pp 15% 15% 60 sum \+= /);
      await eventually(async () => assert.ok(await row.isVisible()));
      await hasText(page.locator(".compare-table tr.added").first(), "Rounding rule 1");
      await isCount(page.locator(".compare-table .fold"), 4);
      await page.locator(".compare-table .fold button").first().click();
      await isCount(page.locator(".compare-table .fold"), 3);
      await isCount(page.locator(".compare .tok-keyword").first(), 1);
      const link = page.url();
      await page.goto("about:blank");
      await page.goto(link);
      await hasText(row, "\u221215 pp");
      await page.getByRole("button", { name: "Swap sides" }).click();
      await hasText(row, "+15 pp");
      await page.getByRole("link", { name: "Back to the function" }).click();
      await hasText(page.locator("h1"), "Function details");
      await urlLacks(page, /ref2=/);
    },
  },
  {
    n: 31,
    name: "Override",
    async run({ page, world, browserContext }) {
      await page.goto(functionIn(world.base, "edge", ROUTER));
      await hasText(at.why(page).locator(".verdict"), "The profile does not say where its source is.");
      const pencil = page.getByRole("button", { name: "Edit repository, ref and root" });
      await pencil.click();
      await fill(page, { repository: "edge", ref: "a b", root: "../x" });
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await isCount(dialog(page).getByRole("alert"), 3);
      await fill(page, { repository: "https://github.com/acme/edge", ref: "main", root: "" });
      await dialog(page).getByRole("button", { name: "Try" }).click();
      await hasText(dialog(page), "The file is there: src/router.cc");
      const results = dialog(page).locator(".attempts tbody tr");
      await eventually(async () => assert.ok((await results.count()) > 0));
      await isCount(results.locator(".result.err"), 0);
      await urlLacks(page, /repo=/);
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await hasUrl(page, /repo=https:\/\/github\.com\/acme\/edge&ref=main&root=-/);
      await hasText(badge(page), "overridden");
      await hasText(page.locator(".cm-content"), "Router::route");

      const other = await browserContext.newPage();
      await other.goto(page.url());
      await hasText(badge(other), "overridden");
      await hasText(other.locator(".cm-content"), "Router::route");
      await other.close();

      await pencil.click();
      await dialog(page).getByRole("button", { name: "Reset to labels" }).click();
      await urlLacks(page, /repo=/);
      await isCount(badge(page), 0);
      await hasText(at.why(page).locator(".verdict"), "The profile does not say where its source is.");

      // Remembered for the service: a link without override uses it too, until it is reset.
      await pencil.click();
      await fill(page, { repository: "https://github.com/acme/edge", ref: "main", root: "" });
      await dialog(page)
        .getByRole("checkbox", { name: /Remember/ })
        .check();
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await page.goto(functionIn(world.base, "edge", "edge::Cache<int>::get(int)"));
      await hasText(badge(page), "overridden");
      await hasText(page.locator(".cm-content"), "Cache<T>::get");
      await pencil.click();
      await dialog(page).getByRole("button", { name: "Reset to labels" }).click();
      await isCount(badge(page), 0);

      // The administrator's word counts where neither link nor browser say anything.
      await page.goto(functionIn(world.base, "deep", "deep.level0"));
      await hasText(badge(page), "set by the administrator");
      await hasText(page.locator(".cm-content"), "package deep");
      await pencil.click();
      await fill(page, { root: "" });
      await dialog(page).getByRole("button", { name: "Apply" }).click();
      await hasText(badge(page), "overridden");
      await hasText(at.why(page).locator(".verdict"), "The file is not in the repository at this commit.");
    },
  },
  {
    n: 37,
    name: "Rate limit",
    async run({ page, world }) {
      let asked = 0;
      page.on("request", (request) => {
        if (/Resolve$/.test(request.url())) asked += 1;
      });
      const { forge } = world;
      const limit = (seconds) => {
        forge.limitedUntil = Math.ceil(Date.now() / 1000) + seconds;
      };
      limit(4);
      await page.goto(urls.details(world.base, "main.main"));
      const verdict = at.why(page).locator(".verdict");
      await hasText(verdict, "The quota of the git host is used up.");
      await hasText(page.getByTestId("retry-at"), /Next try at .*\d\d:\d\d:\d\d/);
      assert.equal(asked, 1);
      limit(8);
      await hasText(verdict, "Tried again once");
      assert.equal(asked, 2);
      await page.waitForTimeout(2500);
      assert.equal(asked, 2, "it does not try for ever");
      // The server remembers the quota for as long as the host said.
      await eventually(async () => assert.ok(Date.now() / 1000 > forge.limitedUntil + 0.5));
      await verdict.getByRole("button", { name: "Retry" }).click();
      await hasText(page.locator(".cm-content"), "package main");
      assert.equal(asked, 3);
    },
  },
  {
    n: 38,
    name: "Branch ref",
    async run({ page, world }) {
      await page.goto(functionIn(world.base, "report", "build"));
      await hasText(page.locator(".banner.warn"), "“main” may have moved since this was profiled");
      await hasText(page.locator(".cm-content"), "def build(rows):");

      // Without any ref the newest commit before the samples is shown, as a guess.
      await page.goto(urls.details(world.base, "main.main", `&repo=${encodeURIComponent(SHOP)}&ref=-`));
      await hasText(page.getByTestId("guess"), "bbbb222 guess");
      await hasText(
        page.locator(".banner.warn").first(),
        "bbbb222 is the newest before the samples: a guess",
      );
    },
  },
];
