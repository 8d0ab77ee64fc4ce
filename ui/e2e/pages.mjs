// Where things are on the screens: the only place that knows about markup.
import { END, REF_A, REF_B, START, TOTAL, TYPE } from "./fixture.mjs";
import { eventually } from "./check.mjs";

const RANGE = `from=${START}&to=${END}`;

export const urls = {
  services: (base) => `${base}/services?${RANGE}`,
  profile: (base, service = "shop-api", more = "") =>
    `${base}/profile?service=${encodeURIComponent(service)}&type=${TYPE}&${RANGE}${more}`,
  details: (base, fn = TOTAL, more = "") =>
    `${base}/profile?service=shop-api&type=${TYPE}&${RANGE}&fn=${encodeURIComponent(fn)}${more}`,
  page: (base, fn = TOTAL, more = "") =>
    `${base}/function?service=shop-api&type=${TYPE}&${RANGE}&fn=${encodeURIComponent(fn)}${more}`,
  file: (base, file = "cart/pricer.go") =>
    `${base}/file?service=shop-api&type=${TYPE}&${RANGE}&file=${encodeURIComponent(file)}`,
  compare: (base, fn = TOTAL) =>
    `${base}/compare?service=shop-api&type=${TYPE}&${RANGE}&fn=${encodeURIComponent(fn)}&ref=${REF_A}&ref2=${REF_B}`,
};

export const at = {
  rows: (page) => page.locator("table.services tbody tr"),
  count: (page) => page.getByTestId("count"),
  meter: (page) => page.getByTestId("meter"),
  tableRows: (page) => page.locator(".functions .vrow:not(.head)"),
  flame: (page) => page.locator(".flame").first(),
  canvas: (page) => page.locator(".flame canvas").first(),
  cursor: (page) => page.locator("#flame-cursor").first(),
  tooltip: (page) => page.locator(".tooltip"),
  search: (page) => page.getByRole("searchbox", { name: "Search" }),
  searchStatus: (page) => page.locator(".search .status"),
  details: (page) => page.locator(".details"),
  heading: (page) => page.locator(".details-head :is(h1, h2)"),
  current: (page) => page.locator(".cm-line.current"),
  why: (page) => page.locator(".why"),
};

/** Cells of the ledger for a line of the editor: [self, self %, total, total %]. */
export async function costsAt(page, line) {
  return page.evaluate((n) => {
    const rows = [...document.querySelectorAll(".cm-lineNumbers .cm-gutterElement")];
    const number = rows.find((element) => element.textContent === String(n));
    if (!number) return undefined;
    const y = number.getBoundingClientRect().top;
    return ["self", "self-percent", "total", "total-percent"].map((name) => {
      const cells = [...document.querySelectorAll(`.cm-gutter.cost-gutter.${name} .cm-gutterElement`)];
      const cell = cells.find((c) => Math.abs(c.getBoundingClientRect().top - y) < 2 && c.textContent !== "");
      return cell ? cell.textContent : "";
    });
  }, line);
}

/** Heat level of a line in the editor. */
export async function heatAt(page, line) {
  return page.evaluate((n) => {
    const rows = [...document.querySelectorAll(".cm-lineNumbers .cm-gutterElement")];
    const y = rows.find((element) => element.textContent === String(n))?.getBoundingClientRect().top;
    const cells = [...document.querySelectorAll(".cm-gutter.heat-gutter .cm-gutterElement")];
    const cell = cells.find(
      (c) => Math.abs(c.getBoundingClientRect().top - y) < 2 && /heat-/.test(c.className),
    );
    return cell ? Number(/heat-(\d)/.exec(cell.className)[1]) : 0;
  }, line);
}

/** Number of the marked line. */
export async function currentLine(page) {
  return page.evaluate(() => {
    const y = document.querySelector(".cm-line.current")?.getBoundingClientRect().top;
    const rows = [...document.querySelectorAll(".cm-lineNumbers .cm-gutterElement")];
    const row = rows.find(
      (element) => Math.abs(element.getBoundingClientRect().top - y) < 2 && element.textContent !== "",
    );
    return row ? Number(row.textContent) : undefined;
  });
}

/**
 * Finds a bar of the flame graph the way a reader does: by moving the pointer until the tooltip names it.
 * Answers the point in page coordinates.
 */
export async function findBar(page, name) {
  await eventually(async () => {
    if ((await at.canvas(page).boundingBox()).width < 10) throw new Error("the graph has no size yet");
  });
  const box = await at.canvas(page).boundingBox();
  for (let y = 10; y < Math.min(box.height, 400); y += 21) {
    for (let x = 6; x < box.width; x += 12) {
      await page.mouse.move(box.x + x, box.y + y);
      const label = await page.evaluate(() => document.querySelector(".tooltip .tip-name")?.textContent);
      if (label === undefined && x > 6) continue;
      if (label === name) return { x: box.x + x + 4, y: box.y + y };
    }
  }
  throw new Error(`no bar of ${name}`);
}
