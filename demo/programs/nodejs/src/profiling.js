// SPDX-License-Identifier: Apache-2.0
// Two ways to profile this program.

import { encode, time } from "@datadog/pprof";
import Pyroscope from "@pyroscope/nodejs";

const EVERY_MS = 10_000;

/** By the SDK: wall and CPU time and memory. It knows functions, but only their first lines. */
export function profileFunctions(server) {
  Pyroscope.init({
    serverAddress: server,
    appName: "shop-docs",
    flushIntervalMs: EVERY_MS,
    wall: { collectCpuTime: true, samplingDurationMs: EVERY_MS },
  });
  Pyroscope.start();
}

/** By the library below the SDK, which can ask V8 for the line of every call. */
export async function profileLines(server) {
  for (;;) {
    const from = Date.now();
    const profile = await time.profile({ durationMillis: EVERY_MS, lineNumbers: true });
    const query = new URLSearchParams({
      name: "shop-docs-lines",
      format: "pprof",
      spyName: "nodespy",
      from: Math.floor(from / 1000),
      until: Math.floor(Date.now() / 1000),
    });
    await fetch(`${server}/ingest?${query}`, { method: "POST", body: await encode(profile) });
  }
}
