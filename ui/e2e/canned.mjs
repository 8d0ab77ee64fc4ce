// Answers of a server for pictures of the states: one function at two commits, and every way in which its
// source may be missing.
import { REF_A, REF_B, SHOP, START, TOTAL, TYPE } from "./fixture.mjs";

const PATH = "cart/pricer.go";

const TEXT = `${Array.from({ length: 45 }, (_, i) => (i === 0 ? "package cart" : "")).join("\n")}
// Total adds up a cart: every item with every rule.
// It reads the settings anew, because they may change while the cart is open.
func (p *Pricer) Total(items []Item) (float64, error) {
	var sum float64
	var settings map[string]float64

	if err := json.Unmarshal(p.config, &settings); err != nil || lookupTax(p.currency) < 0 {
		return 0, fmt.Errorf("settings: %w", err)
	}
	factor := 1 + settings["tax"] + settings["surcharge"]
	for _, item := range items {
		sum += price(item, p.rules) * float64(item.Quantity)
		sum = round(sum)
	}
	return round(sum * factor), nil
}
`;

const seconds = (n) => String(n * 1e9);
const line = (n, self, total, callees = []) => ({ n, self: seconds(self), total: seconds(total), callees });

const version = (labels, shift, scale) => ({
  repository: SHOP,
  root: "",
  file: PATH,
  startLine: 48 + shift,
  self: seconds(22 * scale),
  total: seconds(30 * scale),
  lines: [
    line(52 + shift, 0, 8 * scale, [{ name: "encoding/json.Unmarshal", total: seconds(7 * scale) }]),
    line(57 + shift, 18 * scale, 18 * scale),
    line(58 + shift, 4 * scale, 4 * scale),
  ],
  ...labels,
});

export function functionAnswer(labels = {}) {
  return {
    function: TOTAL,
    unit: "ns",
    queryTotal: seconds(100),
    self: seconds(33),
    total: seconds(45),
    versions: [version({ ref: REF_A, ...labels }, 0, 1), version({ ref: REF_B, ...labels }, 3, 0.5)],
    callers: [{ name: "shop/api.Checkout", file: "api/checkout.go", n: 91, total: seconds(45) }],
  };
}

export const host = (more) => ({
  provider: "github.com",
  type: "github",
  label: "GitHub",
  webURL: "https://github.com",
  state: "not_connected",
  canConnect: true,
  revokeURL: "https://github.com/settings/connections/applications/1",
  ...more,
});

export const CONNECTED = host({
  state: "connected",
  account: "mona",
  expiresAt: String(START + 8 * 3_600_000),
});
export const EXPIRED = host({ state: "session_expired", account: "mona" });

const tried = (result, more = {}) => ({
  step: "relative_path",
  repo: SHOP,
  ref: REF_A,
  path: PATH,
  result,
  status: 404,
  ms: 84,
  ...more,
});
const noConfig = tried("config_absent", {
  step: "config",
  path: ".pyroscope.yaml",
  status: 404,
  cached: true,
});

const found = (more = {}) => ({
  source: {
    state: "ok",
    url: `https://github.com/acme/shop/blob/${REF_A}/${PATH}`,
    commit: REF_A,
    provider: "github.com",
    repository: SHOP,
    path: PATH,
    rule: "relative_path",
  },
  text: TEXT,
  attempts: [noConfig, tried("ok", { status: 200 })],
  version: { verdict: "matches", checked: 6, fitting: 6 },
  ...more,
});

const FRAGMENT = `source_code:
  mappings:
    - path:
        - prefix: "cart"
      language: go
      source:
        local:
          path: "services/shop/cart"
`;

const missing = (state, more = {}) => ({
  source: { state, provider: "github.com", message: "", ...more.source },
  attempts: more.attempts ?? [noConfig, tried(state)],
  ...(more.suggestion && { suggestion: FRAGMENT }),
});

/** What Resolve answers, by the name of the picture. */
export const RESOLVE = {
  found: found(),
  shifted: found({ version: { verdict: "shifted", shift: 3, checked: 6, fitting: 6 } }),
  differs: found({ version: { verdict: "differs", checked: 6, fitting: 2 } }),
  warnings: found({
    warnings: [
      { code: "lines_beyond_end", message: "The profile has line 91, but the file ends at line 62." },
      { code: "invalid_utf8", message: "Bytes that are not UTF-8 were replaced." },
    ],
  }),
  no_labels: missing("no_labels", { attempts: [] }),
  host_unsupported: missing("host_unsupported", {
    attempts: [],
    source: { provider: "", message: "No provider is configured for git.example.com." },
  }),
  not_connected: missing("not_connected", { attempts: [tried("not_connected")] }),
  session_expired: missing("session_expired", { attempts: [tried("session_expired", { status: 401 })] }),
  forbidden: missing("forbidden", { attempts: [tried("forbidden", { status: 403 })] }),
  repo_not_found: missing("repo_not_found", { attempts: [tried("repo_not_found")] }),
  ref_not_found: missing("ref_not_found", {
    attempts: [tried("ref_not_found", { status: 422, message: `No commit found for SHA: ${REF_A}` })],
  }),
  config_invalid: missing("config_invalid", {
    attempts: [tried("config_invalid", { step: "config", path: ".pyroscope.yaml", status: 200 })],
    source: {
      url: "https://github.com/acme/shop/blob/main/.pyroscope.yaml",
      message: "line 4, column 7: a list was expected",
    },
  }),
  no_mapping: missing("no_mapping", {
    suggestion: true,
    source: { message: "The nearest prefixes are carts/, cart2/ and shop/cart/." },
  }),
  file_not_found: missing("file_not_found", {
    suggestion: true,
    attempts: [
      noConfig,
      tried("file_not_found"),
      tried("file_not_found", {
        step: "suffix_search",
        path: "services/a/very/long/path/to/the/shop/cart/pricer.go",
      }),
    ],
  }),
  too_large: missing("too_large", {
    attempts: [tried("too_large", { status: 200 })],
    source: {
      url: "https://github.com/acme/shop/blob/main/cart/pricer.go",
      message: "The file has 12 MiB, the limit is 4 MiB.",
    },
  }),
  binary: missing("binary", {
    attempts: [tried("binary", { status: 200 })],
    source: { url: "https://github.com/acme/shop/blob/main/cart/pricer.go" },
  }),
  rate_limited: missing("rate_limited", {
    attempts: [tried("rate_limited", { status: 403 })],
    source: { retryAt: String(Date.now() + 1_800_000) },
  }),
  host_unreachable: missing("host_unreachable", {
    attempts: [tried("host_unreachable", { status: 0, message: "connection refused" })],
    source: { message: "api.github.com: connection refused" },
  }),
  timeout: missing("timeout", { attempts: [tried("timeout", { status: 0, ms: 10_000 })] }),
  java_needs_mapping: missing("java_needs_mapping", { suggestion: true, attempts: [noConfig] }),
  invalid_request: missing("invalid_request", {
    attempts: [],
    source: { message: "repository address is not valid" },
  }),
};

const COMMITS = {
  [REF_A]: { author: "mona", date: "2026-01-05T09:00:00Z", message: "cart: apply rules per item" },
  [REF_B]: {
    author: "hubot",
    date: "2026-01-11T15:30:00Z",
    message: "cart: log rounding, a subject that is rather long",
  },
};

/** Methods of the API that the screens call, with their answers. */
export function answers({ resolve, hosts, labels, fn, override, settings, side }) {
  return {
    "querier.v1.QuerierService/Series": () => ({
      labelsSet: [
        {
          labels: [
            { name: "service_name", value: "shop-api" },
            { name: "__profile_type__", value: TYPE },
          ],
        },
      ],
    }),
    "querier.v1.QuerierService/GetProfileStats": () => ({ dataIngested: true }),
    "flameline.v1.LinesService/Function": (request) =>
      side?.(request) ?? { ...functionAnswer(labels), ...fn },
    "flameline.v1.LinesService/File": () => ({ versions: [{ functions: [{ name: TOTAL, startLine: 48 }] }] }),
    "flameline.v1.SourceService/Resolve": (request) =>
      typeof resolve === "function" ? resolve(request) : resolve,
    "flameline.v1.SourceService/Override": () => override ?? {},
    "flameline.v1.SourceService/Commits": ({ refs }) => ({
      commits: refs.map((ref) => ({ ref, sha: ref, ...COMMITS[ref] })),
    }),
    "flameline.v1.AccountService/Hosts": () => ({ hosts }),
    "flameline.v1.AccountService/BeginLogin": () => ({ attempt: "a1", url: "http://flameline.test/host" }),
    "flameline.v1.AccountService/Disconnect": () => ({}),
    "settings.v1.SettingsService/Get": () => ({
      settings: [{ name: "pluginSettings", value: JSON.stringify(settings ?? {}) }],
    }),
    "settings.v1.SettingsService/Set": () => ({}),
  };
}
