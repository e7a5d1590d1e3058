// worker-build, which compiles a Worker in Rust as its author would. The npm package does not need it:
// it is built from the registry when the first such Worker is, into a folder for its version.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { note, step } from "./progress.mjs";
import { cacheDir, WORKER_BUILD_VERSION } from "./project.mjs";
import { childEnv, run } from "./run.mjs";

const USUAL_MS = 130_000;

/** Returns the path of the program; builds it if it is missing. */
export async function ensureWorkerBuild() {
  const folder = join(cacheDir, "tools", `worker-build-${WORKER_BUILD_VERSION}`);
  const path = join(folder, "bin", "worker-build");
  if (!existsSync(path)) await build(folder);
  return path;
}

async function build(folder) {
  const targetDir = join(cacheDir, "tools-target");
  const options = { env: childEnv({ extra: { CARGO_TARGET_DIR: targetDir } }) };
  const crate = `worker-build@${WORKER_BUILD_VERSION}`;
  // Unoptimized: that halves the build, and a run takes a second longer.
  const args = ["install", "--debug", "--root", folder, crate];
  await step("building worker-build", USUAL_MS, async (exec) => {
    const { code } = await run("cargo", [...args, "--locked"], { ...options, quiet: true });
    if (code === 0) return;
    note("worker-build: its own lock file cannot be used here, building without it");
    await exec("cargo", args, options);
  });
  // Gigabytes that nothing else uses.
  rmSync(targetDir, { recursive: true, force: true });
}
