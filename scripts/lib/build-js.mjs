// Compiles the TypeScript of js/ into dist/, and the dashboard into one module there.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { BUNDLER, buildDashboard, LIBRARY } from "./build-dashboard.mjs";
import { distDir, inRoot, npmVersion } from "./project.mjs";
import { run } from "./run.mjs";
import { duration, say, Trouble } from "./say.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";

const INPUTS = ["js", "tsconfig.json", "tsconfig.build.json", "scripts/lib/build-dashboard.mjs"];
const TOOLS = ["typescript", "@cloudflare/workers-types", BUNDLER, LIBRARY];

/** The compiler reads declaration files but does not copy them. */
const DECLARATIONS = ["wasm/index.d.ts", "wasm/worker/index.d.ts", "dashboard.d.ts"];
const OUTPUTS = ["index.js", "worker.js", "dashboard.js", ...DECLARATIONS];

export async function buildJs() {
  const print = fingerprint(INPUTS, TOOLS.map(npmVersion));
  const outputs = OUTPUTS.map((file) => join("dist", file));
  if (isDone("js", print, outputs)) return say("js: unchanged, skipped");
  removeOldOutput();
  const { code, ms } = await run("tsc", ["--project", "tsconfig.build.json"]);
  if (code !== 0) throw new Trouble("TypeScript found errors: they are listed above.");
  for (const file of DECLARATIONS) {
    const to = join(distDir, file);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(inRoot("js", file), to);
  }
  await buildDashboard();
  markDone("js", print);
  say(`js: built in ${duration(ms)}`);
}

/** A source that was deleted must not live on in the package. */
function removeOldOutput() {
  if (!existsSync(distDir)) return;
  for (const name of readdirSync(distDir)) {
    if (name !== "wasm") rmSync(join(distDir, name), { recursive: true });
  }
}
