// Compiles the TypeScript of js/ into dist/.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { distDir, inRoot, npmVersion } from "./project.mjs";
import { run } from "./run.mjs";
import { duration, say, Trouble } from "./say.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";

const INPUTS = ["js", "tsconfig.json", "tsconfig.build.json"];

/** The compiler reads declaration files but does not copy them. */
const DECLARATION = ["js/wasm/index.d.ts", "dist/wasm/index.d.ts"];

export async function buildJs() {
  const versions = ["typescript", "@cloudflare/workers-types"].map(npmVersion);
  const print = fingerprint(INPUTS, versions);
  if (isDone("js", print, ["dist/index.js", "dist/worker.js", DECLARATION[1]])) {
    return say("js: unchanged, skipped");
  }
  removeOldOutput();
  const { code, ms } = await run("tsc", ["--project", "tsconfig.build.json"]);
  if (code !== 0) throw new Trouble("TypeScript found errors: they are listed above.");
  const [from, to] = DECLARATION.map((file) => inRoot(file));
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
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
