import assert from "node:assert/strict";
import { eventually, hasText, hasUrl, isCount, textOf, urlLacks } from "../check.mjs";
import { REF_A, TOTAL } from "../fixture.mjs";
import { at, costsAt, currentLine, findBar, heatAt, urls } from "../pages.mjs";

async function openDetails(page, world, more = "") {
  await page.goto(urls.details(world.base, TOTAL, more));
  await eventually(async () => assert.equal(await currentLine(page), 57));
}

const marks = (page) => page.locator(".strip .heat-mark");

export const details = [
  {
    n: 20,
    name: "Details without login",
    async run({ page, closed }) {
      await page.goto(urls.profile(closed.base));
      await hasText(at.meter(page), "1.67 mins");
      const bar = await findBar(page, TOTAL);
      await page.mouse.click(bar.x, bar.y);
      await hasText(page.getByTestId("function-name"), TOTAL);
      await hasText(page.getByTestId("start-line"), "48");
      await hasText(page.locator(".facts"), /cart\/ ?pricer\.go/);
      const scope = page.getByRole("group", { name: "Call paths" });
      await hasText(scope, "All call paths 42 s");
      await hasText(scope, "Only this path 42 s");
      await scope.getByRole("button", { name: /^Only this path/ }).click();
      await hasUrl(page, /scope=path&path=main\.main;.*Total/);
      await page.reload();
      await hasText(scope.locator("[aria-pressed=true]"), "Only this path 42 s");
      await hasText(page.getByTestId("function-name"), TOTAL);
      const connect = page.getByRole("button", { name: "Connect to acme/shop" });
      await connect.waitFor();
      const cost = (line) => page.locator(`.ledger [data-line="${line}"] .cost-gutter.total`);
      for (const [line, text] of [
        [52, "8 s"],
        [57, "18 s"],
        [58, "4 s"],
      ])
        await hasText(cost(line), text);
      await hasText(at.why(page), "Reading acme/shop needs a sign-in.");
      assert.equal(await connect.count(), 1);
    },
  },
  {
    n: 24,
    name: "Hottest line",
    async run({ page, world }) {
      await page.goto(urls.details(world.base));
      const before = page.url();
      await eventually(async () => assert.equal(await currentLine(page), 57));
      await eventually(async () => assert.deepEqual(await costsAt(page, 57), ["18 s", "18%", "18 s", "18%"]));
      const [line, box] = await Promise.all([
        at.current(page).boundingBox(),
        page.locator(".cm-scroller").boundingBox(),
      ]);
      const middle = (line.y - box.y) / box.height;
      assert.ok(middle > 0.3 && middle < 0.7, `line 57 is in the middle (${middle.toFixed(2)})`);
      await hasText(page.getByTestId("verdict"), "matches the profile");
      assert.equal(await textOf(page.getByTestId("sum-self")), "22 s");
      assert.equal(await textOf(page.getByTestId("sum-total")), "30 s");
      await hasText(page.getByTestId("version-share"), "30 s of 42 s in all versions (71%)");
      assert.equal(page.url(), before);
      const copied = async (label) => {
        await page.locator(".ledger-tools").getByRole("button", { name: "Copy" }).click();
        await page.getByRole("menuitem", { name: label }).click();
        await isCount(page.getByRole("menuitem"), 0);
        return page.evaluate(() => navigator.clipboard.readText());
      };
      assert.equal(await copied("File and line"), "cart/pricer.go:57");
      assert.match(await copied("Costly lines as Markdown"), /18 s +18 s +57\s+sum \+= price/);
      await page.locator(".cm-line", { hasText: "sum = round(sum)" }).click();
      await hasUrl(page, /line=58/);
      // Ways out are only recorded: a story opens no page of another origin.
      await page.evaluate(() => {
        window.open = (url) => {
          window.opened = url;
        };
      });
      const opened = async () => new URL(await page.evaluate(() => window.opened));
      await isCount(page.getByRole("button", { name: "Open in editor" }), 0);
      await page.getByRole("button", { name: "New issue" }).click();
      const issue = await opened();
      assert.match(issue.pathname, /\/acme\/shop\/issues\/new$/);
      assert.equal(issue.searchParams.get("title"), `${TOTAL} costs 30%`);
      assert.match(issue.searchParams.get("body"), /18 s +18 s +57\s+sum \+= price/);
      await page.keyboard.press("b");
      await hasText(page.locator(".ledger-head .base"), "% of 42 s");
      await page.keyboard.press("b");
      await hasText(page.locator(".ledger-head .base"), "% of 1.67 mins");
      await page.keyboard.press("v");
      await eventually(async () => assert.equal(await currentLine(page), 60));
      await page.keyboard.press("V");
      await eventually(async () => assert.equal(await currentLine(page), 57));
      await page.keyboard.press("o");
      assert.match((await opened()).href, /\/blob\/a+1+a+\/cart\/pricer\.go#L57$/);
    },
  },
  {
    n: 25,
    name: "Heat and strip",
    async run({ page, world }) {
      await openDetails(page, world);
      await eventually(async () => assert.equal(await heatAt(page, 57), 5));
      assert.equal(await heatAt(page, 58), 3);
      await isCount(marks(page), 2);
      await page
        .getByRole("button", { name: "Total", exact: true })
        .and(page.locator(".ledger-tools button"))
        .click();
      await isCount(marks(page), 3);
      const scroll = () => page.evaluate(() => document.querySelector(".cm-scroller").scrollTop);
      await page.evaluate(() => {
        document.querySelector(".cm-scroller").scrollTop = 0;
      });
      await marks(page).last().click({ force: true });
      await eventually(async () => assert.ok((await scroll()) > 100));
      assert.equal(await currentLine(page), 58);
    },
  },
  {
    n: 26,
    name: "Next costly line",
    async run({ page, world }) {
      await openDetails(page, world);
      await page
        .getByRole("button", { name: "Total", exact: true })
        .and(page.locator(".ledger-tools button"))
        .click();
      await page.locator(".details-head h2").click();
      for (const [key, line] of [
        ["n", 58],
        ["n", 52],
        ["p", 58],
        ["H", 57],
      ]) {
        await page.keyboard.press(key);
        await eventually(async () => assert.equal(await currentLine(page), line));
        await eventually(async () =>
          assert.match(await page.getByTestId("announce").textContent(), new RegExp(`^Line ${line}, self`)),
        );
      }
    },
  },
  {
    n: 27,
    name: "Callees",
    async run({ page, world }) {
      await openDetails(page, world);
      await page.getByRole("button", { name: "2 calls at line 52" }).click();
      const rows = page.locator(".call-list li");
      await isCount(rows, 2);
      assert.match(await textOf(rows.nth(0)), /^7 s 7% encoding\/json\.Unmarshal$/);
      assert.match(await textOf(rows.nth(1)), /^1 s 1% shop\/cart\.lookupTax inlined$/);
      const code = await page.evaluate(() => {
        const line = document.querySelector(".call-toggle").closest(".cm-line");
        const text = document.createRange();
        text.setStartAfter(line.querySelector(".call-toggle"));
        text.setEndAfter(line.lastChild);
        return text.getBoundingClientRect().left;
      });
      const toggle = await page.locator(".call-toggle").first().boundingBox();
      assert.ok(toggle.x + toggle.width <= code, "the toggle covers no code");
    },
  },
  {
    n: 28,
    name: "Walk",
    async run({ page, world }) {
      await openDetails(page, world);
      await page.getByRole("button", { name: "2 calls at line 52" }).click();
      await page.locator(".call-list button", { hasText: "lookupTax" }).click();
      await hasText(page.getByTestId("function-name"), "shop/cart.lookupTax");
      await hasUrl(page, new RegExp(`ref=${REF_A}`));
      await eventually(async () => assert.equal(await currentLine(page), 14));
      await hasText(page.locator(".cm-content"), "func lookupTax");
      await hasText(page.locator(".trail"), /Total.*lookupTax/);
      await page.keyboard.press("Alt+ArrowLeft");
      await hasText(page.getByTestId("function-name"), TOTAL);
      await eventually(async () => assert.equal(await currentLine(page), 52));
    },
  },
  {
    n: 29,
    name: "Commits",
    async run({ page, world }) {
      await openDetails(page, world);
      await page.getByRole("button", { name: /^Choose commit/ }).click();
      const entries = page.getByRole("menuitemradio");
      const [menu, facts] = await Promise.all([
        page.getByRole("menu").boundingBox(),
        page.locator(".facts").boundingBox(),
      ]);
      assert.ok(menu.x + menu.width <= facts.x + facts.width, "the menu stays inside the pane");
      await hasText(
        entries.nth(0),
        /aaaa111 30 s \(71%\) mona · 2026-01-05 \(.* ago\) · cart: apply rules per item/,
      );
      await hasText(entries.nth(1), /bbbb222 12 s \(29%\) hubot · 2026-01-11/);
      await entries.nth(1).click();
      await eventually(async () => assert.equal(await currentLine(page), 60));
      await eventually(async () => assert.deepEqual((await costsAt(page, 60)).slice(0, 2), ["6 s", "6%"]));
    },
  },
  {
    n: 35,
    name: "Not found",
    async run({ page, world }) {
      world.forge.forgotten.add("api/checkout.go");
      await page.goto(urls.details(world.base, "shop/api.Checkout"));
      await hasText(at.why(page).locator(".verdict"), "The file is not in the repository at this commit.");
      const row = at.why(page).locator(".attempts tbody tr", { hasText: "api/checkout.go" }).first();
      await hasText(row, "acme/shop@aaaa111");
      await hasText(row, "404");
      await hasText(row, /\d+$|cached$/);
      const fragment = at.why(page).locator(".fragment");
      await hasText(fragment.locator("pre"), /mappings|source/);
      await fragment.getByRole("button", { name: "Copy fragment" }).click();
      await hasText(fragment, "Copied");
      assert.match(await page.evaluate(() => navigator.clipboard.readText()), /path|prefix/);
      await urlLacks(page, /ref=/);
    },
  },
  {
    n: 36,
    name: "Java",
    async run({ page, world }) {
      const fn = encodeURIComponent("com.acme.billing.Money.round");
      await page.goto(urls.profile(world.base, "billing", `&fn=${fn}`));
      await hasText(at.why(page).locator(".verdict"), "Java names need a mapping file.");
      await hasText(at.why(page).locator(".asked"), "Language Java");
      const fragment = at.why(page).locator(".fragment pre");
      await hasText(fragment, /prefix: "com\/acme"/);
      // A branch takes the fragment over; the place it names is where the class is.
      const { mapped } = world.forge.others;
      const text = await fragment.innerText();
      const [, path] = /path: *"?([^"\s]+)"?/.exec(text);
      mapped[".pyroscope.yaml"] = text;
      mapped[`${path}/com/acme/billing/Money.java`] =
        "package com.acme.billing;\n\nclass Money {\n  static void round() {}\n}\n";
      await page.getByRole("button", { name: "Edit repository, ref and root" }).click();
      await page.getByRole("dialog").locator("[name=ref]").fill("mapped");
      await page.getByRole("dialog").getByRole("button", { name: "Apply" }).click();
      await hasText(page.locator(".cm-content"), "class Money");
    },
  },
  {
    n: 39,
    name: "File view",
    async run({ page, world }) {
      await openDetails(page, world);
      await page.getByRole("button", { name: /cart\/ ?pricer\.go:48/ }).click();
      await hasUrl(page, new RegExp(`/file\\?.*file=cart/pricer.go.*ref=${REF_A}`));
      await hasText(page.locator("h1"), "pricer.go");
      const rows = page.locator(".file-functions .vrow:not(.head, .sum)");
      await isCount(rows, 3);
      await hasText(rows.nth(0), /^35 round 500 ms 500 ms$/);
      await hasText(rows.nth(1), /^48 \(\*Pricer\)\.Total 22 s 30 s$/);
      await hasText(rows.nth(2), /^63 price 1\.50 s 1\.50 s$/);
      await hasText(page.getByTestId("file-sum"), "24 s 32 s");
      await hasText(page.getByTestId("found-by"), "relative path");
      await eventually(async () => assert.equal(await currentLine(page), 57));
      await eventually(async () =>
        assert.deepEqual((await costsAt(page, 66)).slice(0, 2), ["1.50 s", "1.5%"]),
      );
      await rows.nth(2).locator(".row-name").click();
      await eventually(async () => assert.equal(await currentLine(page), 63));
      // Only the two that are ticked keep their colour.
      await rows.nth(0).getByRole("checkbox").check();
      await rows.nth(2).getByRole("checkbox").check();
      await eventually(async () => assert.equal(await heatAt(page, 66), 5));
      assert.equal(await heatAt(page, 57), 0);
      assert.ok((await heatAt(page, 36)) > 0);
      await page.getByRole("button", { name: "Colour all" }).click();
      await eventually(async () => assert.equal(await heatAt(page, 57), 5));
      await page.getByRole("button", { name: "Details of shop/cart.price" }).click();
      await hasText(page.getByTestId("function-name"), "shop/cart.price");
      await page.goBack();
      await isCount(rows, 3);
    },
  },
];
