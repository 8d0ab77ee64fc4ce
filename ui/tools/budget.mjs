// Fails the build when what a screen has to load grows over its budget (gzip bytes).
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";

const KB = 1000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

/** All script files that a set of entry modules loads statically. */
function closure(keys, seen = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key];
    if (!chunk || seen.has(chunk.file)) continue;
    seen.add(chunk.file);
    closure(chunk.imports ?? [], seen);
  }
  return seen;
}

const find = (end) => {
  const key = Object.keys(manifest).find((name) => name.endsWith(end));
  if (!key) throw new Error(`budget: no chunk for ${end}`);
  return key;
};
const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);

const services = closure([find("index.html"), find("screens/services.tsx")]);
const profile = closure([find("index.html"), find("screens/profile.tsx")]);
const source = closure([
  find("index.html"),
  find("screens/profile.tsx"),
  find("source/editor.ts"),
  find("lang/go.ts"),
]);
const files = readdirSync(dist, { recursive: true }).map((name) => String(name).replaceAll("\\", "/"));
const scripts = files.filter((name) => name.endsWith(".js"));
const styles = files.filter((name) => name.endsWith(".css"));

const rows = [
  ["JS to show Services", sum(services), 70 * KB],
  ["JS to show Profile", sum(profile), 110 * KB],
  ["extra JS on first source view, Go", sum([...source].filter((file) => !profile.has(file))), 125 * KB],
  ["all JS", sum(scripts), 400 * KB],
  ["all CSS", sum(styles), 20 * KB],
];
let failed = false;
for (const [name, bytes, limit] of rows) {
  const over = bytes > limit;
  failed ||= over;
  console.log(
    `${over ? "OVER" : "ok  "} ${(bytes / KB).toFixed(1).padStart(7)} kB of ${limit / KB} kB  ${name}`,
  );
}
// Only this script reads it; everything in dist is shipped.
rmSync(new URL("manifest.json", dist));
process.exit(failed ? 1 : 0);
