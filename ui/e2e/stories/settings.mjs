import assert from "node:assert/strict";
import { eventually, hasText, hasUrl, isCount, textOf } from "../check.mjs";
import { TOTAL } from "../fixture.mjs";
import { at, urls } from "../pages.mjs";

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
];
