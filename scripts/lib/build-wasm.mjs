// Compiles the crate to wasm and puts what the package needs of it into dist/wasm: pool and client,
// and apart from them the default Worker, which most do not carry.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  binDir,
  distDir,
  inRoot,
  npmVersion,
  WASM_TARGET,
  WASM_VARIANTS,
  wasmBindgenVersion,
  WORKER_BUILD_VERSION,
} from "./project.mjs";
import { run } from "./run.mjs";
import { duration, say, Trouble } from "./say.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";

/** Where worker-build writes: it makes more files than the package ships. */
const STAGING = ".cache/bindgen";

const GLUE = "index.js";
const WASM = "index_bg.wasm";
const SHIPPED = [GLUE, WASM];

/** What Rust's wasm may use, as worker-build says it to wasm-opt. */
const FEATURES = [
  "mutable-globals",
  "sign-ext",
  "nontrapping-float-to-int",
  "bulk-memory",
  "multivalue",
  "reference-types",
  "exception-handling",
];

/**
 * For the size as it travels, which is compressed: a function that is called from one place is
 * a little shorter within its caller, and compresses a tenth worse. Short ones are put there all
 * the same: the engine compiles each function by itself when it first runs, and of the 930 that
 * the first claim needs that leaves 710.
 */
const OPTIMIZED = ["-Os", "--one-caller-inline-max-function-size=40"];

/** Builds unless nothing changed since the last time. */
export async function buildWasm({ toolchain, tools }) {
  const print = fingerprint(["src", "Cargo.toml", "Cargo.lock"], inputsOf(toolchain));
  const outputs = WASM_VARIANTS.flatMap(({ folder }) =>
    SHIPPED.map((file) => join("dist", folder, file)),
  );
  if (isDone("wasm", print, outputs)) return say("wasm: unchanged, skipped");

  say("wasm: building (about 20 s; the first time 1 to 2 minutes)");
  for (const { feature, folder } of WASM_VARIANTS) {
    const ms = await bindgen(feature, toolchain, tools);
    mkdirSync(join(distDir, folder), { recursive: true });
    copyFileSync(inRoot(STAGING, GLUE), join(distDir, folder, GLUE));
    await shipOptimized(join(distDir, folder, WASM), toolchain.env);
    say(`${folder}: built in ${duration(ms)}`);
  }
  markDone("wasm", print);
}

/** Compiles the crate, and has wasm-bindgen make the JavaScript around it; returns how long it took. */
async function bindgen(feature, toolchain, tools) {
  const env = workerBuildEnv(toolchain, tools);
  const cargo = ["build", "--lib", "--release", "--target", WASM_TARGET, "--features", feature];
  const built = await run("cargo", cargo, { env });
  const flags = ["--target", "module", "--no-typescript", "--experimental-reset-state-function"];
  const input = inRoot("target", WASM_TARGET, "release", "cf_warm_pool.wasm");
  const out = inRoot(STAGING);
  const made = await run(
    tools.wasmBindgen,
    [input, ...flags, "--out-name", "index", "--out-dir", out],
    { env },
  );
  // wrangler and its like hand out a module at an ordinary import.
  const glue = join(out, GLUE);
  writeFileSync(glue, readFileSync(glue, "utf8").replace("import source ", "import "));
  const minify = ["--minify", "--format=esm", glue, `--outfile=${glue}`, "--allow-overwrite"];
  const minified = await run(join(binDir, "esbuild"), minify, { env });
  if (built.code || made.code || minified.code)
    throw new Trouble("The wasm build failed: its output above says why.");
  return built.ms + made.ms + minified.ms;
}

/** The environment of worker-build, with our tools for those that it would fetch. */
export function workerBuildEnv(toolchain, tools) {
  return {
    ...toolchain.env,
    CARGO_ENCODED_RUSTFLAGS: rustFlags().join("\x1f"),
    WASM_BINDGEN_BIN: tools.wasmBindgen,
    WASM_OPT_BIN: join(binDir, "wasm-opt"),
    ESBUILD_BIN: join(binDir, "esbuild"),
  };
}

/** A panic names its source file: where that lies on this machine is not for the package to tell. */
function rustFlags() {
  const given = (process.env.RUSTFLAGS ?? "").split(/\s+/).filter(Boolean);
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  return [...given, `--remap-path-prefix=${cargoHome}=/cargo`];
}

/** Function names are a fifth of the file. */
async function shipOptimized(to, env) {
  const args = [inRoot(STAGING, WASM), "-o", to];
  // First, since what is there for debuggers keeps some of it from being optimized.
  args.push("--strip-debug", "--strip-producers", ...OPTIMIZED);
  args.push(...FEATURES.map((feature) => `--enable-${feature}`));
  const { code } = await run(join(binDir, "wasm-opt"), args, { env });
  if (code !== 0)
    throw new Trouble("wasm-opt could not optimize the wasm: its output above says why.");
}

function inputsOf(toolchain) {
  return {
    way: toolchain.way,
    rustc: toolchain.rustc,
    rustFlags: rustFlags(),
    workerBuild: WORKER_BUILD_VERSION,
    wasmBindgen: wasmBindgenVersion(),
    variants: WASM_VARIANTS,
    binaryen: npmVersion("binaryen"),
    optimized: OPTIMIZED,
    esbuild: npmVersion("esbuild"),
  };
}
