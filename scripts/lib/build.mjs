// The whole build, set-up included. What does not depend on each other runs at once.
import { ensureBindgen } from "./bindgen.mjs";
import { buildJs } from "./build-js.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { ensureRust } from "./rust.mjs";
import { setUpBasics } from "./setup.mjs";

export async function build() {
  ensureRust();
  const packages = setUpBasics();
  const tools = Promise.all([ensureBindgen(), packages]).then(([bindgen]) => bindgen);
  await Promise.all([tools, buildWasm(tools), packages.then(buildJs)]);
}
