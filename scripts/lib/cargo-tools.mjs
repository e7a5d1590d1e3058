// worker-build and wasm-bindgen, built once from the registry into .cache/tools, a folder for each
// version. Unoptimized, since that halves the build and costs a run a second.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, wasmBindgenVersion, WORKER_BUILD_VERSION } from "./project.mjs";
import { childEnv, run } from "./run.mjs";
import { duration, say, Trouble } from "./say.mjs";

const SHARED_TARGET_DIR = join(cacheDir, "tools-target");

/** Paths of the programs; builds those that are missing. */
export async function ensureCargoTools() {
  const tools = {
    workerBuild: toolAt("worker-build", WORKER_BUILD_VERSION, "worker-build", "2 minutes"),
    wasmBindgen: toolAt("wasm-bindgen-cli", wasmBindgenVersion(), "wasm-bindgen", "1 minute"),
  };
  const missing = Object.values(tools).filter((tool) => !existsSync(tool.path));
  for (const tool of missing) await install(tool);
  // Gigabytes that only help while both are being built.
  if (missing.length > 0) rmSync(SHARED_TARGET_DIR, { recursive: true, force: true });
  return { workerBuild: tools.workerBuild.path, wasmBindgen: tools.wasmBindgen.path };
}

function toolAt(crate, version, bin, usually) {
  const folder = join(cacheDir, "tools", `${crate}-${version}`);
  return { crate, version, usually, folder, path: join(folder, "bin", bin) };
}

async function install(tool) {
  say(`building ${tool.crate} ${tool.version} (about ${tool.usually}, once)`);
  let result = await cargoInstall(tool, ["--locked"]);
  if (result.code !== 0) {
    say(`${tool.crate}: its own lock file cannot be met here, building without it`);
    result = await cargoInstall(tool, []);
  }
  if (result.code !== 0) {
    process.stderr.write(result.output);
    throw new Trouble(`${tool.crate} ${tool.version} could not be built: see the output above.`);
  }
  say(`${tool.crate} ${tool.version} built in ${duration(result.ms)}`);
}

function cargoInstall({ crate, version, folder }, flags) {
  const args = ["install", "--debug", ...flags, "--root", folder, `${crate}@${version}`];
  const env = childEnv({ extra: { CARGO_TARGET_DIR: SHARED_TARGET_DIR } });
  return run("cargo", args, { env, quiet: true });
}
