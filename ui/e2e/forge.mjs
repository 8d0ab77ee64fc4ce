// A fake GitHub: commits, contents and trees of acme/shop at two commits. It can demand a login, forget
// a file or count what it was asked.
import { createServer } from "node:http";
import { REF_A, REF_B } from "./fixture.mjs";

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

/** A forgotten file stays in the listing of its commit: only reading it fails. */
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

/** Repositories without a single file, on one branch. */
function other(what, rest, send, notFound) {
  const sha = "c".repeat(40);
  if (what === "contents" || (rest !== "main" && rest !== sha)) return notFound();
  if (what === "git/trees") return send(200, { sha, tree: [], truncated: false });
  const author = { name: "mona", email: "mona@example.com", date: "2026-01-02T08:00:00Z" };
  send(200, { sha, commit: { message: "start", author, committer: author, tree: { sha } }, html_url: "" });
}

export async function startForge() {
  const state = { requireLogin: false, forgotten: new Set(), requests: [] };

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://forge");
    state.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json", "x-ratelimit-remaining": "4999" });
      response.end(JSON.stringify(body));
    };
    const notFound = () => send(404, { message: "Not Found" });
    if (state.requireLogin && !request.headers.authorization) {
      return notFound();
    }
    const path = decodeURIComponent(url.pathname.replace(/^\/api\/v3/, ""));
    const match = /^\/repos\/acme\/(shop|billing|report)(?:\/(commits|contents|git\/trees)\/?(.*))?$/.exec(
      path,
    );
    if (!match) return notFound();
    const [, name, what, rest] = match;
    if (!what)
      return send(200, { full_name: `acme/${name}`, private: state.requireLogin, default_branch: "main" });
    if (name !== "shop") return other(what, rest, send, notFound);
    if (what === "commits") {
      const sha = Object.keys(COMMITS).find((key) => key.startsWith(rest));
      if (!sha) return send(422, { message: `No commit found for SHA: ${rest}` });
      const { message, login, date } = COMMITS[sha];
      const author = { name: login, email: `${login}@example.com`, date };
      return send(200, {
        sha,
        commit: { message, author, committer: author, tree: { sha } },
        author: { login, avatar_url: "" },
        html_url: `https://github.com/acme/shop/commit/${sha}`,
      });
    }
    if (what === "git/trees") {
      const files = FILES[rest];
      if (!files) return notFound();
      const tree = Object.entries(files).map(([name, text]) => ({
        path: name,
        type: "blob",
        size: text.length,
        sha: rest,
      }));
      return send(200, { sha: rest, tree, truncated: false });
    }
    const ref = url.searchParams.get("ref") ?? REF_A;
    const text = FILES[ref]?.[rest];
    if (text === undefined || state.forgotten.has(rest)) return notFound();
    if (/\braw\b/.test(request.headers.accept ?? "")) {
      response.writeHead(200, { "content-type": "application/vnd.github.raw" });
      return response.end(text);
    }
    send(200, {
      type: "file",
      encoding: "base64",
      size: Buffer.byteLength(text),
      name: rest.split("/").pop(),
      path: rest,
      sha: "0".repeat(40),
      content: Buffer.from(text).toString("base64"),
      html_url: `https://github.com/acme/shop/blob/${ref}/${rest}`,
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${server.address().port}`;
  state.close = () => server.close();
  state.files = FILES;
  return state;
}
