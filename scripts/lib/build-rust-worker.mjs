// Compiles a Rust Worker of this repository, as its author would: worker-build, into its build/.
import { join } from "node:path";
import { workerBuildEnv } from "./build-wasm.mjs";
import { inRoot } from "./project.mjs";
import { run } from "./run.mjs";
import { Trouble } from "./say.mjs";
import { setUp } from "./setup.mjs";

/** Builds the Worker in `folder`, and returns the path of its entry point. */
export async function buildRustWorker(folder) {
  const { toolchain, tools } = await setUp();
  // One folder for all, so that what they depend on is compiled once.
  const env = { CARGO_TARGET_DIR: inRoot("target"), ...workerBuildEnv(toolchain, tools) };
  const args = ["--release", "--locked"];
  const { code } = await run(tools.workerBuild, args, { env, cwd: inRoot(folder) });
  if (code !== 0) throw new Trouble(`${folder} could not be built: the output above says why.`);
  return join(inRoot(folder), "build", "index.js");
}
