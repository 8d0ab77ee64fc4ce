// The services that all stories look at, with totals that can be checked by hand.
import { encodeProfile } from "./pprof.mjs";

export const START = Date.UTC(2026, 0, 15, 10);
export const END = Date.UTC(2026, 0, 15, 11);
export const TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
export const REF_A = "aaaa111".padEnd(40, "a");
export const REF_B = "bbbb222".padEnd(40, "b");
export const SHOP = "https://github.com/acme/shop";
export const TOTAL = "shop/cart.(*Pricer).Total";
export const HOSTILE = "<img src=x onerror=alert(1)> \u202etxet\u202c שלום";

const SECOND = 1_000_000_000;
/** The default limit of a server for one profile is 16,000. */
const MAX_SAMPLES = 15_000;
/** Share of each of ten profiles, so that the chart has a shape; they add up to 100. */
const WEIGHTS = [5, 8, 10, 12, 15, 14, 12, 10, 8, 6];

const frame = (fn, file = "", start = 0, line = 0, inlined = false) => ({ fn, file, start, line, inlined });
const stack = (seconds, ...frames) => ({ value: Math.round(seconds * SECOND), frames });

const GO = "/usr/local/go/src/";
const main = (line) => frame("main.main", "main.go", 12, line);
const serve = frame("net/http.(*conn).serve", `${GO}net/http/server.go`, 1862, 2009);
const checkout = frame("shop/api.Checkout", "api/checkout.go", 70, 91);
const unmarshal = frame("encoding/json.Unmarshal", `${GO}encoding/json/decode.go`, 96, 113);
const marshal = frame("encoding/json.Marshal", `${GO}encoding/json/encode.go`, 165, 171);
const tax = frame("shop/cart.lookupTax", "cart/tax.go", 10, 14, true);
const malloc = frame("runtime.mallocgc", `${GO}runtime/malloc.go`, 948, 1055);
const list = (line) => frame("shop/api.ListOrders", "api/orders.go", 20, line);

/** Stacks of one version; `shift` is how far the function moved, as edits above it do. */
function shop({ shift, at52, tax52, at57, at58, rest }) {
  const total = (line) => frame(TOTAL, "cart/pricer.go", 48 + shift, line + shift);
  const stacks = [
    stack(at57, main(20), serve, checkout, total(57)),
    stack(at58, main(20), serve, checkout, total(58)),
    stack(at52, main(20), serve, checkout, total(52), unmarshal),
    ...rest,
  ];
  if (tax52) stacks.push(stack(tax52, main(20), serve, checkout, total(52), tax));
  return stacks;
}

const shopA = shop({
  shift: 0,
  at52: 7,
  tax52: 1,
  at57: 18,
  at58: 4,
  rest: [
    stack(9.99, main(20), serve, list(33), marshal),
    stack(0.01, main(20), serve, list(35), frame("shop/tiny.Blip", "tiny/blip.go", 3, 5)),
    stack(6, main(20), serve, list(33), marshal, malloc),
    stack(3, main(20), serve, frame("shop/auth.(*Guard).Check", "auth/guard.go", 30, 44)),
    stack(1.5, main(20), serve, list(35), frame("shop/cart.price", "cart/pricer.go", 63, 66)),
    stack(0.5, main(20), serve, list(35), frame("shop/cart.round", "cart/pricer.go", 35, 36)),
    stack(1, main(24), frame("shop.Huge", "huge.go", 17_990, 18_000)),
    stack(8, frame("runtime.gcBgMarkWorker", `${GO}runtime/mgc.go`, 1315, 1460)),
  ],
});

const shopB = shop({
  shift: 3,
  at52: 4,
  at57: 6,
  at58: 2,
  rest: [
    stack(12, main(20), serve, list(33), marshal),
    stack(5, main(20), serve, list(33), marshal, malloc),
    stack(4, main(20), serve, frame("shop/auth.(*Guard).Check", "auth/guard.go", 30, 44)),
    stack(7, frame("runtime.gcBgMarkWorker", `${GO}runtime/mgc.go`, 1315, 1460)),
  ],
});

const billing = [
  stack(
    22,
    frame("java.lang.Thread.run"),
    frame("com.acme.billing.Invoice.render"),
    frame("com.acme.billing.Money.round"),
  ),
  stack(12, frame("java.lang.Thread.run"), frame("com.acme.billing.Invoice.render")),
  stack(6, frame("java.lang.Thread.run"), frame("com.acme.billing.Ledger.post")),
];

const report = [
  stack(14, frame("<module>", "report/main.py", 1, 30), frame("build", "report/build.py", 8, 21)),
  stack(6, frame("<module>", "report/main.py", 1, 30), frame("render", "report/render.py", 4, 9)),
];

const edge = [
  stack(
    7,
    frame("main", "src/main.cc", 5, 9),
    frame("edge::Router::route(std::string const&)", "src/router.cc", 40, 52),
  ),
  stack(3, frame("main", "src/main.cc", 5, 9), frame("edge::Cache<int>::get(int)", "src/cache.h", 12, 15)),
];

function deep() {
  const frames = Array.from({ length: 5000 }, (_, i) => frame(`deep.level${i}`, "deep.go", i + 1, i + 1));
  return [{ value: 5 * SECOND, frames }];
}

/** 100,000 nodes: four levels of ten children each, then the leaves. */
function wide() {
  const leaves = 88_890;
  const value = Math.floor((60 * SECOND) / leaves / 100) * 100;
  const samples = [];
  for (let i = 0; i < leaves; i++) {
    const path = [i % 10, i % 100, i % 1000, i % 10_000];
    const frames = path.map((n, level) =>
      frame(`wide/l${level}.f${n % 997}`, `wide/l${level}.go`, (n % 997) + 1, (n % 997) + 2),
    );
    frames.push(frame(`wide/leaf.f${Math.floor(i / 10_000)}`, "wide/leaf.go", 1, 1));
    samples.push({ value, frames });
  }
  samples[0].value += 60 * SECOND - value * leaves;
  return samples;
}

const hostile = [
  stack(3, frame("main"), frame(HOSTILE, `${HOSTILE}.go`, 1, 2)),
  stack(2, frame("main"), frame("safe.fn", "safe.go", 1, 2)),
];

const labels = (service, repository, ref, more = {}) => ({
  service_name: service,
  ...(repository && { service_repository: repository }),
  ...(ref && { service_git_ref: ref }),
  ...more,
});

/** Series of the window: labels and stacks whose values are spread over ten profiles. */
export const SERIES = [
  { labels: labels("shop-api", SHOP, REF_A, { region: "eu" }), stacks: () => shopA },
  { labels: labels("shop-api", SHOP, REF_B, { region: "us" }), stacks: () => shopB },
  { labels: labels("billing", "https://github.com/acme/billing", "main"), stacks: () => billing },
  { labels: labels("report", "https://github.com/acme/report", "main"), stacks: () => report },
  { labels: labels("edge"), stacks: () => edge },
  { labels: labels("deep"), stacks: deep, once: true },
  { labels: labels("wide"), stacks: wide, once: true },
  { labels: labels("idle"), stacks: () => edge, once: true, at: START - 26 * 3_600_000 },
];

/** A window of its own, so that the services above stay six. */
export const HOSTILE_START = START + 86_400_000;
export const HOSTILE_SERIES = [
  { labels: labels(HOSTILE, SHOP, REF_A), stacks: () => hostile, once: true, at: HOSTILE_START + 1_800_000 },
];

/** Profiles of a series: time in ms and samples. */
export function profilesOf(series) {
  const stacks = series.stacks();
  if (series.once) {
    const time = series.at ?? START + 33 * 60_000;
    const chunks = Math.ceil(stacks.length / MAX_SAMPLES);
    return Array.from({ length: chunks }, (_, i) => ({
      time: time + i * 1000,
      samples: stacks.slice(i * MAX_SAMPLES, (i + 1) * MAX_SAMPLES),
    }));
  }
  return WEIGHTS.map((weight, i) => ({
    time: START + (i * 6 + 3) * 60_000,
    samples: stacks.map(({ value, frames }) => ({ frames, value: (value / 100) * weight })),
  }));
}

/** Sends series through the ingest API of a running server. */
export async function load(base, list = SERIES) {
  for (const series of list) {
    for (const { time, samples } of profilesOf(series)) {
      const raw = encodeProfile(samples, BigInt(time) * 1_000_000n, 10n * BigInt(SECOND));
      const pairs = Object.entries({ ...series.labels, __name__: "process_cpu" });
      const body = {
        series: [
          {
            labels: pairs.map(([name, value]) => ({ name, value })),
            samples: [{ rawProfile: raw.toString("base64"), ID: `fixture-${time}` }],
          },
        ],
      };
      const response = await fetch(`${base}/push.v1.PusherService/Push`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!response.ok)
        throw new Error(`push ${series.labels.service_name}: ${response.status} ${await response.text()}`);
    }
  }
}
