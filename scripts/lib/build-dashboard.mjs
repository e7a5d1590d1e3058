// Bundles js/dashboard into one page and writes it as a module that only the default Worker imports.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { distDir, inRoot } from "./project.mjs";

const FOLDER = "js/dashboard";

export const BUNDLER = "esbuild";
/** The chart library, whose licence travels with its code. */
export const LIBRARY = "uplot";

/** Where browsers have all that the page uses: `dialog`, `findLast`, `AbortSignal.timeout`. */
const TARGET = ["chrome109", "firefox115", "safari16.4"];

export async function buildDashboard() {
  const [script, style] = await Promise.all([bundled("main.ts"), bundled("page.css")]);
  const page = pageOf(readFileSync(inRoot(FOLDER, "page.html"), "utf8"), { script, style });
  writeFileSync(join(distDir, "dashboard.js"), moduleOf(page, policyOf(script, style)));
}

/** One source and all that it imports, as text. */
async function bundled(file) {
  // Not before it is needed: the packages may not be installed yet when this file is loaded.
  const { build } = await import(BUNDLER);
  const { outputFiles } = await build({
    entryPoints: [inRoot(FOLDER, file)],
    bundle: true,
    minify: true,
    format: "iife",
    target: TARGET,
    charset: "utf8",
    legalComments: "none",
    write: false,
  });
  return outputFiles[0].text.trim();
}

/** The page with its script and style in their places, without what indents it. */
function pageOf(html, { script, style }) {
  const parts = { style: `<style>${style}</style>`, script: `<script>${script}</script>` };
  const outer = html.replace(/\n\s*/g, "\n");
  return outer.replace(/<!-- (style|script) -->/g, (_, name) => parts[name]);
}

/** Nothing runs, styles or is reached that is not the page's own. */
function policyOf(script, style) {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function moduleOf(page, policy) {
  const licence = readFileSync(inRoot("node_modules", LIBRARY, "LICENSE"), "utf8").trim();
  return [
    `/*! The page holds ${LIBRARY}:\n\n${licence}\n*/`,
    `export const dashboard = ${JSON.stringify({ page, policy }, null, 2)};\n`,
  ].join("\n");
}
