// SPDX-License-Identifier: Apache-2.0
// The help pages of the shop: finds the page of an address and answers with its HTML as JSON.

import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";

import { closest } from "./closest.js";
import { renderPage } from "./page.js";
import { profileFunctions, profileLines } from "./profiling.js";
import { addRoute, matchRoute, newRoutes } from "./routes.js";
import { sampleAddresses, samplePages } from "./site.js";

const KEPT_ANSWERS = 400;

function makeSite(sections) {
  const site = { routes: newRoutes(), pages: samplePages(sections), answers: new Map() };
  for (const page of site.pages) {
    addRoute(site.routes, page.route, page);
  }
  return site;
}

function answer(site, address) {
  const found = matchRoute(site.routes, address.split("/"), 0, {});
  if (!found) {
    const routes = site.pages.map((page) => page.route);
    return JSON.stringify({ status: 404, suggestion: closest(address, routes) });
  }
  const page = renderPage(found.page, found.parameters);
  return JSON.stringify({ status: 200, ...page });
}

/** Answers, and keeps the latest answers for those who ask whether a page has changed. */
function handle(site, address) {
  const text = answer(site, address);
  site.answers.delete(address);
  site.answers.set(address, text);
  if (site.answers.size > KEPT_ANSWERS) {
    site.answers.delete(site.answers.keys().next().value);
  }
}

async function main(options) {
  if (options.server && options.lines) {
    profileLines(options.server);
  } else if (options.server) {
    profileFunctions(options.server);
  }
  const site = makeSite(Number(options.sections));
  const addresses = sampleAddresses(site.pages);
  const end = performance.now() + Number(options.seconds) * 1000;
  let answered = 0;
  for (; performance.now() < end; answered++) {
    handle(site, addresses[answered % addresses.length]);
    await setImmediate(); // lets the profiler send
  }
  console.log(`${answered} pages answered`);
}

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    sections: { type: "string", default: "6" },
    server: { type: "string" }, // where profiles are sent
    lines: { type: "boolean", default: false }, // see profiling.js
  },
});
await main(values);
process.exit(); // profiling never ends by itself
