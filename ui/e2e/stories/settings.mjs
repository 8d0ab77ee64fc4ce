import assert from "node:assert/strict";
import { eventually, hasText, hasUrl, isCount, textOf } from "../check.mjs";
import { REF_A, TOTAL } from "../fixture.mjs";
import { at, currentLine, urls } from "../pages.mjs";

const tenant = (page) => page.getByRole("form", { name: "For this tenant" });

async function stored(base) {
  const response = await fetch(`${base}/settings.v1.SettingsService/Get`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const { settings = [] } = await response.json();
  return JSON.parse(settings.find((setting) => setting.name === "pluginSettings")?.value ?? "{}");
}

async function save(page, details) {
  await tenant(page).getByRole("checkbox", { name: "Enable function details" }).setChecked(details);
  await hasText(tenant(page), "Unsaved changes");
  await tenant(page).getByRole("button", { name: "Save settings" }).click();
  await hasText(tenant(page).locator(".ok-text"), "Saved");
}

export const settings = [
  {
    n: 42,
    name: "Toggle details off",
    async run({ page, world }) {
      await fetch(`${world.base}/settings.v1.SettingsService/Set`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ setting: { name: "pluginSettings", value: '{"theirs":1}' } }),
      });
      try {
        await page.goto(`${world.base}/settings`);
        await hasText(page.locator("h1"), "Settings");
        await save(page, false);
        assert.deepEqual(await stored(world.base), {
          theirs: 1,
          collapsedFlamegraphs: false,
          maxNodes: 16384,
          enableFunctionDetails: false,
          hottestOnOverview: true,
        });
        await page.goto(urls.profile(world.base));
        await hasText(at.meter(page), "1.67 mins");
        await isCount(page.getByRole("button", { name: /^Details of/ }), 0);
        await at.tableRows(page).first().locator(".num").first().click();
        await page.waitForTimeout(300);
        await isCount(at.details(page), 0);
        await page.goto(urls.profile(world.base, "shop-api", "&view=lines"));
        await hasText(page.locator(".lines .vrow").nth(1), "18 s");
        await isCount(page.locator(".lines .row-name"), 0);

        await page.goto(urls.details(world.base, TOTAL));
        await hasText(page.locator(".dock"), "Function details are switched off");
        await page.goto(urls.page(world.base, TOTAL));
        await hasText(page.locator("main"), "Function details are switched off");
        await page.getByRole("link", { name: "Open the switch in Settings" }).click();
        await hasUrl(page, /\/settings/);

        // Leaving with something unsaved asks first.
        const nodes = tenant(page).getByRole("textbox", { name: "Maximum number of nodes" });
        await nodes.fill("0");
        await hasText(tenant(page), "A whole number from 1 to");
        await nodes.fill("5000");
        await page.getByRole("link", { name: "Services" }).click();
        await hasText(page.getByRole("dialog"), "Leave without saving?");
        await page.getByRole("dialog").getByRole("button", { name: "Stay" }).click();
        await hasUrl(page, /\/settings/);
        assert.equal(await nodes.inputValue(), "5000");
        await nodes.fill("16384");
      } finally {
        if (!/\/settings/.test(page.url())) await page.goto(`${world.base}/settings`);
        await save(page, true);
      }
      await page.goto(urls.details(world.base, TOTAL));
      await hasText(page.getByTestId("function-name"), TOTAL);
      await eventually(async () => assert.match(await textOf(page.locator(".cm-content")), /Total/));
    },
  },
  {
    n: 57,
    name: "Settings that show",
    async run({ page, world }) {
      const browser = page.getByRole("form", { name: "For this browser" });
      const submit = async (form) => {
        await form.getByRole("button", { name: "Save settings" }).click();
        await hasText(form.locator(".ok-text"), "Saved");
      };
      await page.goto(`${world.base}/settings`);
      await browser.getByLabel("Density of tables").selectOption("comfortable");
      await browser.getByLabel("Start with").selectOption("last");
      await browser.getByLabel("Names in bars").selectOption("right");
      await browser.getByLabel("Columns beside code").selectOption("value");
      await browser.getByLabel("Editor link").fill("javascript:{path}");
      await hasText(browser, "A scheme, then {path}");
      assert.ok(await browser.getByRole("button", { name: "Save settings" }).isDisabled());
      await browser.getByLabel("Editor link").fill("https://ide.example/{repo}/{path}?l={line}&v={ref}");
      await submit(browser);
      const hottest = tenant(page).getByRole("checkbox", { name: "Hottest line on the overview" });
      await hottest.setChecked(false);
      await submit(tenant(page));
      try {
        await page.goto(urls.services(world.base));
        await isCount(at.rows(page), 6);
        await isCount(page.locator(".hottest-cell"), 0);
        await page.goto(urls.details(world.base));
        await eventually(async () => assert.equal(await currentLine(page), 57));
        assert.equal((await at.tableRows(page).first().boundingBox()).height, 30);
        assert.ok(await page.locator(".cm-gutter.self").isVisible());
        assert.ok(!(await page.locator(".cm-gutter.self-percent").isVisible()));
        await page.evaluate(() => {
          window.open = (url) => {
            window.opened = url;
          };
        });
        await page.getByRole("button", { name: "Open in editor" }).click();
        const link = `https://ide.example/acme/shop/cart/pricer.go?l=57&v=${REF_A}`;
        assert.equal(await page.evaluate(() => window.opened), link);
        await page.locator(".details-head h2").click();
        await page.keyboard.press("n");
        await page.keyboard.press("O");
        await eventually(async () =>
          assert.equal(await page.evaluate(() => window.opened), link.replace("l=57", "l=58")),
        );
        await page.goto(`${world.base}/`);
        await hasUrl(page, /\/profile\?service=shop-api.*fn=/);
        await hasText(page.getByTestId("function-name"), TOTAL);
      } finally {
        await page.goto(`${world.base}/settings`);
        await hottest.setChecked(true);
        await submit(tenant(page));
      }
    },
  },
];
