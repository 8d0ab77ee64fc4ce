// A fake GitHub: commits, contents and trees of acme/shop at two commits, other repositories on a branch.
// It can demand a login, deny it, answer late, let tokens expire, use up the quota or forget a file.
import { createServer } from "node:http";
import { REF_A, REF_B } from "./fixture.mjs";
import { forgeLogin } from "./forge-login.mjs";

function pricer(shift) {
  const above = Array.from({ length: shift }, (_, i) => `// Rounding rule ${i + 1} of the price list.`);
  const lines = [
    "package cart",
    "",
    "import (",
    '\t"encoding/json"',
    '\t"fmt"',
    '\t"math"',
    ")",
    "",
    ...above,
    "// Item is one position of a cart.",
    "type Item struct {",
    "\tSKU      string",
    "\tPrice    float64",
    "\tQuantity int",
    "\tRules    []Rule",
    "}",
    "",
    "// Rule changes the price of an item, for example a discount.",
    "type Rule struct {",
    "\tName   string",
    "\tFactor float64",
    "}",
    "",
    "// Pricer computes what a cart costs.",
    "type Pricer struct {",
    "\tcurrency string",
    "\trules    []Rule",
    "\tconfig   []byte",
    "}",
    "",
    "// NewPricer returns a pricer for one currency.",
    "func NewPricer(currency string, config []byte) *Pricer {",
    "\treturn &Pricer{currency: currency, config: config}",
    "}",
    "",
    "func round(value float64) float64 {",
    "\treturn math.Round(value*100) / 100",
    "}",
    "",
  ];
  while (lines.length < 46 + shift)
    lines.push(lines.length === 45 + shift ? "// Total adds up a cart: every item with every rule." : "");
  lines.push(
    "// It reads the settings anew, because they may change while the cart is open.",
    "func (p *Pricer) Total(items []Item) (float64, error) {",
    "\tvar sum float64",
    "\tvar settings map[string]float64",
    "",
    "\tif err := json.Unmarshal(p.config, &settings); err != nil || lookupTax(p.currency) < 0 {",
    '\t\treturn 0, fmt.Errorf("settings: %w", err)',
    "\t}",
    '\tfactor := 1 + settings["tax"] + settings["surcharge"]',
    "\tfor _, item := range items {",
    "\t\tsum += price(item, p.rules) * float64(item.Quantity)",
    "\t\tsum = round(sum)",
    "\t}",
    "\treturn round(sum * factor), nil",
    "}",
    "",
    "func price(item Item, rules []Rule) float64 {",
    "\tvalue := item.Price",
    "\tfor _, rule := range append(rules, item.Rules...) {",
    "\t\tvalue *= rule.Factor",
    "\t}",
    "\treturn value",
    "}",
  );
  while (lines.length < 120) lines.push(lines.length % 5 === 0 ? `// note ${lines.length}` : "");
  return `${lines.join("\n")}\n`;
}

const TAX = `package cart

var rates = map[string]float64{
	"EUR": 0.19,
	"USD": 0.07,
}

// lookupTax returns the rate of a currency.
// Unknown currencies have none.
func lookupTax(currency string) float64 {
	if currency == "" {
		return 0
	}
	return rates[currency]
}
`;

const HUGE = `package shop\n${Array.from({ length: 19_998 }, (_, i) => `func huge${i}() int { return ${i} } // line ${i + 2}`).join("\n")}\n`;

const CHECKOUT = `package api\n${"\n".repeat(68)}func Checkout() {\n${"\n".repeat(20)}\ttotal, err := pricer.Total(items)\n}\n`;

const FILES = {
  [REF_A]: {
    "cart/pricer.go": pricer(0),
    "cart/tax.go": TAX,
    "api/checkout.go": CHECKOUT,
    "huge.go": HUGE,
    "main.go": "package main\n",
  },
  [REF_B]: {
    "cart/pricer.go": pricer(3),
    "cart/tax.go": TAX,
    "api/checkout.go": CHECKOUT,
    "huge.go": HUGE,
    "main.go": "package main\n",
  },
};

const COMMITS = {
  [REF_A]: {
    message: "cart: apply rules per item\n\nLonger text.",
    login: "mona",
    date: "2026-01-05T09:00:00Z",
  },
  [REF_B]: { message: "cart: log rounding", login: "hubot", date: "2026-01-11T15:30:00Z" },
};

const padded = (line, text) => `${"\n".repeat(line - 1)}${text}\n`;

/** Repositories with one branch; stories may add files. */
const BRANCH = "c".repeat(40);
/** A branch of billing where somebody has followed the advice of the page. */
const MAPPED = "d".repeat(40);
const OTHERS = {
  mapped: {},
  billing: {},
  report: {
    "report/main.py": padded(1, "import build\n"),
    "report/build.py": `${padded(8, "def build(rows):")}    total = 0\n${"    # rates are per row\n".repeat(10)}    for row in rows:\n        total += row\n    return total\n`,
    "report/render.py": padded(4, "def render(total):\n    return str(total)\n"),
  },
  edge: {
    "tools/deep.go": `package deep\n\nfunc level1() {}\n`,
    "src/main.cc": padded(5, "int main() {\n  Router router;\n  return router.run();\n}"),
    "src/router.cc": padded(
      40,
      "void Router::route(const std::string &path) {\n  cache.get(path.size());\n}",
    ),
    "src/cache.h": padded(12, "template <typename T> T Cache<T>::get(T key) {\n  return store[key];\n}"),
  },
};

const file = (repository, ref, path, text) => ({
  type: "file",
  encoding: "base64",
  size: Buffer.byteLength(text),
  name: path.split("/").pop(),
  path,
  sha: "0".repeat(40),
  content: Buffer.from(text).toString("base64"),
  html_url: `https://github.com/acme/${repository}/blob/${ref}/${path}`,
});

const tree = (sha, files) => ({
  sha,
  truncated: false,
  tree: Object.entries(files).map(([path, text]) => ({ path, type: "blob", size: text.length, sha })),
});

const signed = (login, date) => ({ name: login, email: `${login}@example.com`, date });

function commit(repository, sha, { message, login, date }) {
  const author = signed(login, date);
  return {
    sha,
    commit: { message, author, committer: author, tree: { sha } },
    author: { login, avatar_url: "" },
    html_url: `https://github.com/acme/${repository}/commit/${sha}`,
  };
}

/** Files of a repository at a ref, the commit it names, or undefined. */
function versionOf(repository, ref) {
  const mapped = repository === "billing" && (ref === "mapped" || (ref !== "" && MAPPED.startsWith(ref)));
  if (mapped) return { sha: MAPPED, files: OTHERS.mapped, about: COMMITS[REF_B] };
  if (repository !== "shop") {
    const known = ref === "" || ref === "main" || ref === "HEAD" || BRANCH.startsWith(ref);
    const about = { message: "start", login: "mona", date: "2026-01-02T08:00:00Z" };
    return known ? { sha: BRANCH, files: OTHERS[repository], about } : undefined;
  }
  const branch = ref === "" || ref === "main" || ref === "HEAD";
  const sha = branch ? REF_B : Object.keys(COMMITS).find((key) => key.startsWith(ref));
  return sha && { sha, files: FILES[sha], about: COMMITS[sha] };
}

const REPOSITORY = /^\/repos\/acme\/(shop|billing|report|edge)(?:\/(commits|contents|git\/trees)\/?(.*))?$/;

export async function startForge() {
  const login = forgeLogin();
  const state = {
    requireLogin: false,
    forgotten: new Set(),
    requests: [],
    /** Milliseconds before any answer of the API. */
    delay: 0,
    /** Epoch seconds at which the quota is full again; 0: it is not used up. */
    limitedUntil: 0,
    login: login.state,
    files: FILES,
    others: OTHERS,
    /** After a story: everything answers again. */
    reset() {
      state.forgotten.clear();
      state.requests.length = 0;
      state.delay = 0;
      state.limitedUntil = 0;
      login.state.reset();
    },
  };

  function limited(response) {
    response.writeHead(403, {
      "content-type": "application/json",
      "x-ratelimit-limit": "60",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(state.limitedUntil),
    });
    response.end(JSON.stringify({ message: "API rate limit exceeded" }));
  }

  function api(request, response, url, send) {
    const notFound = () => send(404, { message: "Not Found" });
    const path = decodeURIComponent(url.pathname.replace(/^\/api\/v3/, ""));
    const authorized = Boolean(request.headers.authorization);
    if (state.limitedUntil > Date.now() / 1000) return limited(response);
    if (authorized && !login.known(request)) return send(401, { message: "Bad credentials" });
    if (path === "/user") {
      return authorized
        ? send(200, { login: login.state.user, id: 1, name: "Mona", avatar_url: "" })
        : send(401, { message: "Requires authentication" });
    }
    if (state.requireLogin && !authorized) return notFound();
    const match = REPOSITORY.exec(path);
    if (!match) return notFound();
    const [, repository, what, rest = ""] = match;
    if (!what)
      return send(200, {
        full_name: `acme/${repository}`,
        private: state.requireLogin,
        default_branch: "main",
      });
    if (what === "commits") {
      const version = versionOf(repository, rest || (url.searchParams.get("sha") ?? ""));
      if (!version) return send(422, { message: `No commit found for SHA: ${rest}` });
      const answer = commit(repository, version.sha, version.about);
      return send(200, rest === "" ? [answer] : answer);
    }
    if (what === "git/trees") {
      const version = versionOf(repository, rest);
      return version ? send(200, tree(version.sha, version.files)) : notFound();
    }
    const version = versionOf(repository, url.searchParams.get("ref") ?? "");
    const text = version?.files[rest];
    // A forgotten file stays in the listing of its commit: only reading it fails.
    if (text === undefined || state.forgotten.has(rest)) return notFound();
    if (/\braw\b/.test(request.headers.accept ?? "")) {
      response.writeHead(200, { "content-type": "application/vnd.github.raw" });
      return response.end(text);
    }
    send(200, file(repository, version.sha, rest, text));
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://forge");
    state.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json", "x-ratelimit-remaining": "4999" });
      response.end(JSON.stringify(body));
    };
    setTimeout(() => {
      if (!login.handle(request, response, url, send)) api(request, response, url, send);
    }, state.delay);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${server.address().port}`;
  state.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return state;
}
