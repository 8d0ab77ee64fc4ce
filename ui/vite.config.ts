import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Writes the licence texts of everything that is shipped, read from the production dependencies. */
function licenses(): Plugin {
  return {
    name: "flameline-licenses",
    apply: "build",
    generateBundle() {
      const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
        packages: Record<string, { version?: string; license?: string; dev?: boolean }>;
      };
      const parts: string[] = [];
      for (const [dir, info] of Object.entries(lock.packages)) {
        if (dir === "" || info.dev) continue;
        const file = readdirSync(dir).find((name) => /^licen[cs]e/i.test(name));
        const text = file ? readFileSync(join(dir, file), "utf8").trim() : "(no licence file in the package)";
        const name = dir.replace(/^.*node_modules\//, "");
        parts.push(`${name} ${info.version ?? ""} (${info.license ?? "see text"})\n\n${text}\n`);
      }
      this.emitFile({
        type: "asset",
        fileName: "licenses.txt",
        source: parts.join(`\n${"-".repeat(78)}\n\n`),
      });
    },
  };
}

export default defineConfig({
  // Relative, so that one build serves under any base path: the server only rewrites <base href>.
  base: "./",
  // The server replaces this word per response; Vite puts it on every script, style and link tag.
  html: { cspNonce: "__CSP_NONCE__" },
  plugins: [licenses()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: "manifest.json",
  },
  server: {
    proxy: Object.fromEntries(
      ["/querier.v1", "/flameline.v1", "/settings.v1", "/push.v1", "/ready"].map((path) => [
        path,
        process.env.FLAMELINE_URL ?? "http://127.0.0.1:4040",
      ]),
    ),
  },
  test: { include: ["src/**/*.test.ts"] },
});
