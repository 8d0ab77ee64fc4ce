// Checks that wait: a page is right when it becomes right within a few seconds.
import assert from "node:assert/strict";

const WAIT_MS = 8000;

/** Repeats until `check` no longer throws. */
export async function eventually(check, ms = WAIT_MS) {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Visible text with runs of blanks as one. */
export async function textOf(locator) {
  return (await locator.innerText({ timeout: 2000 })).replace(/\s+/g, " ").trim();
}

export function hasText(locator, expected) {
  return eventually(async () => {
    const text = await textOf(locator);
    if (expected instanceof RegExp) assert.match(text, expected);
    else assert.ok(text.includes(expected), `"${text}" does not contain "${expected}"`);
  });
}

export function isCount(locator, expected) {
  return eventually(async () => assert.equal(await locator.count(), expected));
}

export function hasUrl(page, expected) {
  return eventually(() => assert.match(decodeURIComponent(page.url()), expected));
}

export function urlLacks(page, unexpected) {
  return eventually(() => assert.doesNotMatch(decodeURIComponent(page.url()), unexpected));
}
