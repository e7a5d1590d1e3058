// Compiles the TypeScript of js/ into dist/, and the dashboard into one module there.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { BUNDLER, buildDashboard, LIBRARY } from "./build-dashboard.mjs";
import { note, step } from "./progress.mjs";
import { distDir, inRoot, npmVersion } from "./project.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";

const INPUTS = ["js", "tsconfig.json", "tsconfig.build.json", "scripts/lib/build-dashboard.mjs"];
const TOOLS = ["typescript", "@cloudflare/workers-types", BUNDLER, LIBRARY];

/** The compiler reads declaration files but does not copy them. */
const DECLARATIONS = ["wasm/index.d.ts", "wasm/worker/index.d.ts", "dashboard.d.ts"];
const USUAL_MS = 5000;
const OUTPUTS = ["index.js", "worker.js", "dashboard.js", ...DECLARATIONS];

export async function buildJs() {
  const print = fingerprint(INPUTS, TOOLS.map(npmVersion));
  const outputs = OUTPUTS.map((file) => join("dist", file));
  if (isDone("js", print, outputs)) return note("js: unchanged, skipped");
  await step("building js", USUAL_MS, compile);
  markDone("js", print);
}

async function compile(exec) {
  removeOldOutput();
  await exec("tsc", ["--project", "tsconfig.build.json"]);
  for (const file of DECLARATIONS) {
    const to = join(distDir, file);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(inRoot("js", file), to);
  }
  await buildDashboard();
}

/** A source that was deleted must not live on in the package. */
function removeOldOutput() {
  if (!existsSync(distDir)) return;
  for (const name of readdirSync(distDir)) {
    if (name !== "wasm") rmSync(join(distDir, name), { recursive: true });
  }
}
