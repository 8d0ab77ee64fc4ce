// Connecting to the git host: the pop-up, everything that can go wrong with it, and the way out.
import assert from "node:assert/strict";
import { eventually, hasText, hasUrl, isCount } from "../check.mjs";
import { TOTAL } from "../fixture.mjs";
import { at, currentLine, urls } from "../pages.mjs";

const connectButton = (page) => page.getByRole("button", { name: "Connect to acme/shop" });
const chip = (page) => page.locator(".chip");
/** Cookies of the whole site that scripts cannot read; what belongs to one attempt has a path of its own. */
const session = async (context) =>
  (await context.cookies()).filter((cookie) => cookie.httpOnly && cookie.path === "/");
const loginError = (page) => page.locator(".facts [data-login-error]");

async function openPrivate(page, closed) {
  await page.goto(urls.details(closed.base));
  await connectButton(page).waitFor();
}

/** Presses the button and answers the window that opens, on the page of the host. */
async function popupOf(page, button) {
  const [popup] = await Promise.all([page.waitForEvent("popup"), button.click()]);
  await popup.waitForURL(/login\/oauth\/authorize/);
  return popup;
}

async function connect(page, button = connectButton(page)) {
  const popup = await popupOf(page, button);
  await Promise.all([popup.waitForEvent("close"), popup.getByRole("link", { name: "Authorize" }).click()]);
  await hasText(chip(page), "Connected to GitHub as mona");
}

const showsCode = (page) => eventually(async () => assert.equal(await currentLine(page), 57));

/** Asks for the sources of several files at once and answers the states. */
const resolveMany = (page, files) =>
  page.evaluate(async (list) => {
    const ask = async (file) => {
      const response = await fetch("flameline.v1.SourceService/Resolve", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          repository: "https://github.com/acme/shop",
          ref: "aaaa111".padEnd(40, "a"),
          file,
          function: "f",
        }),
      });
      return (await response.json()).source.state;
    };
    return Promise.all(list.map(ask));
  }, files);

export const accounts = [
  {
    n: 21,
    name: "Login pop-up",
    async run({ page, closed, browserContext }) {
      await openPrivate(page, closed);
      const before = page.url();
      await page.evaluate(() => {
        window.stillHere = true;
      });
      const popup = await popupOf(page, connectButton(page));
      await hasText(page.locator(".facts .login"), "Waiting for GitHub…");
      assert.deepEqual(await session(browserContext), []);
      await Promise.all([
        popup.waitForEvent("close"),
        popup.getByRole("link", { name: "Authorize" }).click(),
      ]);
      await hasText(chip(page), "Connected to GitHub as mona");
      await showsCode(page);
      assert.equal(await page.evaluate(() => window.stillHere), true, "the page was not reloaded");
      assert.equal(page.url(), before);
      assert.equal((await session(browserContext)).length, 1);
      assert.doesNotMatch(await page.evaluate(() => document.cookie), /session/);
    },
  },
  {
    n: 22,
    name: "Pop-up blocked",
    async run({ page, closed }) {
      await page.addInitScript(() => {
        window.open = () => null;
      });
      await openPrivate(page, closed);
      const before = page.url();
      await connectButton(page).click();
      await hasText(page.locator(".facts .login"), "The browser blocked the window");
      await page.locator(".facts").getByRole("button", { name: "Continue in this tab" }).click();
      await page.getByRole("link", { name: "Authorize" }).click();
      await hasText(chip(page), "Connected to GitHub as mona");
      assert.equal(page.url(), before);
      await hasText(page.getByTestId("function-name"), TOTAL);
      await showsCode(page);
    },
  },
  {
    n: 23,
    name: "Denied, closed, forged, failed, cancelled",
    async run({ page, closed, browserContext }) {
      let attempt;
      page.on("response", async (response) => {
        if (response.url().endsWith("/BeginLogin")) attempt = (await response.json()).attempt;
      });
      await openPrivate(page, closed);
      const facts = page.locator(".facts");
      const again = facts.getByRole("button", { name: "Try again" });

      let popup = await popupOf(page, connectButton(page));
      await popup.getByRole("link", { name: "Cancel" }).click();
      await hasText(loginError(page), "GitHub reports: access was denied");

      popup = await popupOf(page, again);
      await popup.close();
      await hasText(loginError(page), "The login window was closed");

      popup = await popupOf(page, again);
      const forged = await browserContext.newPage();
      await forged.goto(`${closed.base}/login/callback?code=x&state=wrong`);
      await hasText(forged.locator("body"), /did not start here|too old/);
      // What the callback page says when it knows whose attempt it was.
      await forged.goto(`${closed.base}/services`);
      await forged.evaluate(
        (id) => new BroadcastChannel(`flameline-login-${id}`).postMessage({ error: "forged", reason: "" }),
        attempt,
      );
      await hasText(loginError(page), "This login did not start here or is too old");
      await forged.close();

      closed.forge.login.exchange = "refuse";
      popup = await popupOf(page, again);
      await popup.getByRole("link", { name: "Authorize" }).click();
      await hasText(loginError(page), "The login could not be completed");
      closed.forge.login.exchange = "ok";

      popup = await popupOf(page, again);
      await Promise.all([popup.waitForEvent("close"), facts.getByRole("button", { name: "Cancel" }).click()]);
      await connectButton(page).waitFor();
      assert.deepEqual(await session(browserContext), []);
      await connect(page);
      await showsCode(page);
    },
  },
  {
    n: 32,
    name: "Expiry, good",
    async run({ page, closed }) {
      const { login } = closed.forge;
      // The token is about to run out when the first question comes, and five come at once.
      login.expiresIn = 1;
      await openPrivate(page, closed);
      await page.route("**/flameline.v1.SourceService/**", (route) => route.abort());
      await connect(page);
      login.expiresIn = 28_800;
      login.refreshes = 0;
      await page.waitForTimeout(1200);
      await page.unroute("**/flameline.v1.SourceService/**");
      const states = await resolveMany(page, [
        "cart/pricer.go",
        "cart/tax.go",
        "main.go",
        "huge.go",
        "api/checkout.go",
      ]);
      assert.deepEqual(states, Array(5).fill("ok"));
      assert.equal(login.refreshes, 1);
      await page.goto(urls.details(closed.base));
      await showsCode(page);
      await hasText(chip(page), "Connected to GitHub as mona");
    },
  },
  {
    n: 33,
    name: "Expiry, bad",
    async run({ page, closed }) {
      const { login } = closed.forge;
      // Renewal is due five minutes before the end, so one second after the login.
      login.expiresIn = 302;
      await openPrivate(page, closed);
      await connect(page);
      await showsCode(page);
      login.refresh = "refuse";
      login.access.clear();
      await page.waitForTimeout(2500);
      await page.getByRole("button", { name: "2 calls at line 52" }).click();
      await page.locator(".call-list button", { hasText: "lookupTax" }).click();
      await hasText(page.getByTestId("function-name"), "shop/cart.lookupTax");
      await hasText(chip(page), "Session expired");
      await hasText(at.why(page), "The session at the git host has ended.");
      await page.keyboard.press("Alt+ArrowLeft");
      await hasText(page.getByTestId("function-name"), TOTAL);
      await eventually(async () => assert.equal(await currentLine(page), 52));
      login.refresh = "ok";
      login.expiresIn = 28_800;
      await chip(page).click();
      await connect(page, page.locator(".account-panel").getByRole("button", { name: "Reconnect" }));
      await eventually(async () => assert.equal(await currentLine(page), 52));
    },
  },
  {
    n: 34,
    name: "Disconnect",
    async run({ page, closed, browserContext }) {
      await openPrivate(page, closed);
      await connect(page);
      await showsCode(page);
      await page.getByRole("link", { name: "Settings" }).click();
      await hasUrl(page, /\/settings/);
      const host = page.locator(".host[data-provider='github.com']");
      await hasText(host, "connected mona");
      await host.getByRole("button", { name: "Disconnect" }).click();
      const dialog = page.getByRole("dialog");
      await hasText(dialog, "Disconnect from GitHub?");
      await dialog.getByRole("button", { name: "Disconnect" }).click();
      await isCount(chip(page), 0);
      await hasText(host, "not connected");
      const revoke = host.getByRole("link", { name: "Revoke access at GitHub" });
      assert.match(await revoke.getAttribute("href"), /^https?:/);
      assert.deepEqual(await session(browserContext), []);
      await page.goBack();
      await connectButton(page).waitFor();
      await isCount(page.locator(".cm-content"), 0);
      await hasText(page.locator('.ledger [data-line="57"]'), "18 s");
    },
  },
];
