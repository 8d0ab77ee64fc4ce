import assert from "node:assert/strict";
import { eventually, hasText, hasUrl, isCount, textOf } from "../check.mjs";
import { END, START } from "../fixture.mjs";
import { at, urls } from "../pages.mjs";

export const services = [
  {
    n: 1,
    name: "See services",
    async run({ page, world }) {
      await page.goto(`${world.base}/?from=${START}&to=${END}`);
      await hasUrl(page, /\/services\?from=\d+&to=\d+$/);
      await isCount(at.rows(page), 6);
      const first = at.rows(page).first();
      await hasText(first, "shop-api");
      await hasText(first, "1.67 mins");
      await hasText(at.count(page), "6 services");
      assert.equal(await first.locator(".link-state.full").count(), 1);
      assert.equal(await page.getByText("idle").count(), 0);
      await hasText(first.locator(".hottest"), "pricer.go:57");
      // In a small window the line gives way, not the columns behind it.
      await page.setViewportSize({ width: 1024, height: 700 });
      await eventually(async () => {
        const box = await first.locator(".link-state").boundingBox();
        assert.ok(box.x + box.width <= 1024 - 16, `the last column ends at ${box.x + box.width}`);
      });
    },
  },
  {
    n: 2,
    name: "Quick filter",
    async run({ page, world }) {
      await page.goto(urls.services(world.base));
      await isCount(at.rows(page), 6);
      const field = page.getByRole("searchbox", { name: "Filter services" });
      await field.fill("shop,^bil");
      await isCount(at.rows(page), 2);
      await hasText(at.count(page), "2 services");
      await hasUrl(page, /qf=shop,\^bil/);
      await field.press("Escape");
      await isCount(at.rows(page), 6);
      await field.fill("[");
      await page.waitForTimeout(400);
      await isCount(at.rows(page), 6);
    },
  },
  {
    n: 3,
    name: "Keyboard start",
    async run({ page, world }) {
      await page.goto(urls.services(world.base));
      await isCount(at.rows(page), 6);
      const onRow = () => page.evaluate(() => document.activeElement?.classList.contains("service") ?? false);
      for (let i = 0; i < 25 && !(await onRow()); i++) await page.keyboard.press("Tab");
      assert.ok(await onRow(), "Tab reaches the list");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await hasUrl(page, /\/profile\?service=wide/);
      await eventually(async () => {
        const focused = await page.evaluate(() => document.activeElement?.tagName);
        assert.equal(focused, "H1");
      });
    },
  },
  {
    n: 4,
    name: "List stays put",
    async run({ page, world }) {
      await page.goto(urls.services(world.base));
      await isCount(at.rows(page), 6);
      const names = () => page.locator("a.service").allInnerTexts();
      const before = await names();
      await page.getByRole("button", { name: /^Time range/ }).click();
      await page.getByRole("button", { name: "Last 5 minutes" }).click();
      await hasUrl(page, /from=now-5m/);
      await eventually(async () => assert.equal(await textOf(at.rows(page).first().locator(".value")), "—"));
      assert.deepEqual(await names(), before);
      await page.getByRole("button", { name: "Refresh", exact: true }).click();
      await isCount(at.rows(page), 0);
      await hasText(page.locator(".state"), "No samples between");
      await page.getByRole("button", { name: "Go there" }).click();
      await eventually(async () => assert.ok((await at.rows(page).count()) > 0));
    },
  },
];
