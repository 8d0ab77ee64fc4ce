import assert from "node:assert/strict";
import { eventually, hasText, hasUrl, isCount, textOf, urlLacks } from "../check.mjs";
import { TOTAL } from "../fixture.mjs";
import { at, findBar, urls } from "../pages.mjs";

async function openShop(page, world) {
  await page.goto(urls.profile(world.base));
  await hasText(at.meter(page), "1.67 mins");
}

export const profile = [
  {
    n: 5,
    name: "Flame graph",
    async run({ page, world }) {
      await page.goto(urls.services(world.base));
      await page.locator("a.service", { hasText: "shop-api" }).click();
      await hasText(at.meter(page), "1.67 mins");
      assert.match(await page.title(), /shop-api/);
      const row = at.tableRows(page).first();
      await hasText(row, /Pricer\)\.Total.* 30 s 30% 42 s 42%/);
      // A row opens its function, by mouse and by key; its name only searches.
      await row.locator(".num").first().click();
      await hasText(page.getByTestId("function-name"), TOTAL);
      await page.goBack();
      await isCount(at.details(page), 0);
      await row.locator(".row-name").click();
      await hasUrl(page, /[?&]q=/);
      await urlLacks(page, /[?&]fn=/);
      await row.locator(".row-name").click();
      await urlLacks(page, /[?&]q=/);
      await row.focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      await hasText(page.getByTestId("function-name"), TOTAL);
      await page.goBack();
      await isCount(at.details(page), 0);
      const box = await at.canvas(page).boundingBox();
      for (const x of [8, box.width - 8]) {
        await page.mouse.move(box.x + x, box.y + 10);
        await hasText(at.tooltip(page), "total");
      }
      await page.mouse.move(10, 10);
    },
  },
  {
    n: 6,
    name: "Tooltip",
    async run({ page, world }) {
      await openShop(page, world);
      await findBar(page, TOTAL);
      await hasText(at.tooltip(page), /Total 42 s 42%/);
      await hasText(at.tooltip(page), /Self 30 s 30%/);
      await hasText(at.tooltip(page), /cart\/ ?pricer\.go:48/);
      await page.mouse.move(10, 10);
      await isCount(at.tooltip(page), 0);
    },
  },
  {
    n: 7,
    name: "Zoom and Back",
    async run({ page, world }) {
      await openShop(page, world);
      const bar = await findBar(page, TOTAL);
      await page.mouse.dblclick(bar.x, bar.y);
      await hasText(page.getByTestId("zoom-pill"), "42% of total");
      await hasUrl(page, /focus=main\.main;/);
      await urlLacks(page, /[?&]fn=/);
      await page.goBack();
      await isCount(page.getByTestId("zoom-pill"), 0);
      await urlLacks(page, /focus=/);
    },
  },
  {
    n: 8,
    name: "Search",
    async run({ page, world }) {
      await openShop(page, world);
      const all = await at.tableRows(page).count();
      await at.search(page).fill("json,(");
      await hasUrl(page, /q=json,\(/);
      await eventually(async () => assert.ok((await at.tableRows(page).count()) < all));
      for (const text of await at.tableRows(page).allInnerTexts()) assert.match(text, /json|\(/);
      assert.equal(await page.locator(".search .field.doubt").count(), 1);
      await at.search(page).press("Enter");
      await hasText(at.searchStatus(page), /^1 of \d+ · [\d.]+% of total$/);
    },
  },
  {
    n: 9,
    name: "Tiny match",
    async run({ page, world }) {
      await openShop(page, world);
      await at.search(page).fill("tiny.Blip");
      await hasText(at.searchStatus(page), "1 match");
      const lit = await page.evaluate(() => {
        const canvas = document.querySelector(".flame canvas");
        const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        // Grey bars have almost equal channels; the mark has the colour of its package.
        let coloured = 0;
        for (let i = 0; i < data.length; i += 4) {
          const [r, g, b, a] = data.subarray(i, i + 4);
          if (a === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 50) coloured += 1;
        }
        return { coloured, width };
      });
      assert.ok(lit.coloured >= 2 * 10, `a mark of two pixels is visible (${lit.coloured} pixels)`);
      await at.search(page).press("Enter");
      await hasText(at.searchStatus(page), "1 of 1");
      await findBar(page, "shop/tiny.Blip");
    },
  },
  {
    n: 10,
    name: "Sandwich",
    async run({ page, world }) {
      await openShop(page, world);
      const row = at.tableRows(page).first();
      await row.hover();
      await row.getByRole("button", { name: /^Sandwich view of/ }).click();
      await isCount(page.locator(".sandwich-half"), 2);
      await hasUrl(page, /sandwich=/);
      await row.hover();
      await row.getByRole("button", { name: /^Details of/ }).click();
      await hasText(page.locator(".facts"), "42 s · 42%");
      await page.goBack();
      await page.goBack();
      await isCount(page.locator(".sandwich-half"), 0);
      const bar = await findBar(page, "encoding/json.Marshal");
      await page.mouse.click(bar.x, bar.y, { button: "right" });
      await page.getByRole("menuitem", { name: "Sandwich view" }).click();
      await hasUrl(page, /sandwich=encoding\/json\.Marshal/);
      await isCount(page.locator(".sandwich-half"), 2);
    },
  },
  {
    n: 13,
    name: "Keyboard in graph",
    async run({ page, world }) {
      await openShop(page, world);
      await at.flame(page).focus();
      await page.keyboard.press("ArrowDown");
      await eventually(async () =>
        assert.match(await at.cursor(page).textContent(), /^main\.main, total 1\.42 mins, 85%/),
      );
      await page.keyboard.press("ArrowDown");
      await eventually(async () => assert.match(await at.cursor(page).textContent(), /net\/http/));
      await page.keyboard.press("ArrowRight");
      const name = (await at.cursor(page).textContent()).split(",")[0];
      await page.keyboard.press("Enter");
      await hasText(page.getByTestId("function-name"), name);
      await eventually(async () => {
        assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Function details");
      });
    },
  },
  {
    n: 14,
    name: "Drag range",
    async run({ page, world }) {
      await page.goto(
        `${world.base}/profile?service=shop-api&from=2026-01-15T10:00:00Z&to=2026-01-15T11:00:00Z`,
      );
      await hasText(at.meter(page), "1.67 mins");
      const plot = page.locator(".chart .u-over");
      const box = await plot.boundingBox();
      await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 5 });
      await page.mouse.up();
      await hasUrl(page, /from=17684\d{8}&to=17684\d{8}/);
      await eventually(async () => assert.doesNotMatch(await textOf(at.meter(page)), /^1\.67 mins/));
      await page.goBack();
      await hasText(at.meter(page), "1.67 mins");
    },
  },
];
