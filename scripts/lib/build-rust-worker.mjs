// Compiles a Rust Worker of this repository, as its author would: worker-build, into its build/.
import { join } from "node:path";
import { wasmBuildEnv } from "./build-wasm.mjs";
import { step } from "./progress.mjs";
import { binDir, inRoot } from "./project.mjs";
import { setUp } from "./setup.mjs";
import { ensureWorkerBuild } from "./worker-build.mjs";

const USUAL_MS = 60_000;

/** Builds the Worker in `folder`, and returns the path of its entry point. */
export async function buildRustWorker(folder) {
  const { toolchain, bindgen } = await setUp();
  const workerBuild = await ensureWorkerBuild();
  const env = {
    // One folder for all, so that what they depend on is compiled once.
    CARGO_TARGET_DIR: inRoot("target"),
    ...wasmBuildEnv(toolchain),
    // In place of the programs that worker-build would download.
    WASM_BINDGEN_BIN: bindgen,
    WASM_OPT_BIN: join(binDir, "wasm-opt"),
    ESBUILD_BIN: join(binDir, "esbuild"),
  };
  const args = ["--release", "--locked"];
  await step(`building ${folder}`, USUAL_MS, (exec) =>
    exec(workerBuild, args, { env, cwd: inRoot(folder) }),
  );
  return join(inRoot(folder), "build", "index.js");
}
