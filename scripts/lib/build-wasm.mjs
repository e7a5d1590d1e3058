// Compiles the crate to wasm and puts what the package needs of it into dist/wasm: pool and client,
// and apart from them the default Worker, which most do not carry.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { BINDGEN_CRATE } from "./bindgen.mjs";
import { note, step } from "./progress.mjs";
import {
  binDir,
  distDir,
  inRoot,
  npmVersion,
  root,
  WASM_TARGET,
  WASM_VARIANTS,
} from "./project.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";
import { wasmToolchain } from "./wasm-toolchain.mjs";

/** What is compiled and not yet optimized, in a folder for each variant. */
const STAGING = ".cache/wasm";

const CRATE_WASM = "cf_warm_pool.wasm";
const GLUE = "index.js";
const WASM = "index_bg.wasm";
const SHIPPED = [GLUE, WASM];

/** The first time with all dependencies, beside the other steps of a set-up; and after a change. */
const FIRST_USUAL_MS = 110_000;
const USUAL_MS = 30_000;

/** What Rust's wasm may use; the same list as worker-build's. */
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

/** Builds unless nothing changed. `tools` resolves to bindgen's path once npm's tools are there too. */
export async function buildWasm(tools) {
  const toolchain = await wasmToolchain();
  const print = fingerprint(
    ["src", "Cargo.toml", "Cargo.lock", BINDGEN_CRATE],
    inputsOf(toolchain),
  );
  const outputs = WASM_VARIANTS.flatMap(({ folder }) =>
    SHIPPED.map((file) => join("dist", folder, file)),
  );
  if (isDone("wasm", print, outputs)) return note("wasm: unchanged, skipped");

  const env = wasmBuildEnv(toolchain);
  const isFirst = !existsSync(join(targetDirOf(env), WASM_TARGET));
  await step("building wasm", isFirst ? FIRST_USUAL_MS : USUAL_MS, async (exec) => {
    let compiled;
    const shipped = WASM_VARIANTS.map((variant) => {
      // Cargo compiles one variant at a time; the other tools work on the last one meanwhile.
      const turn = Promise.resolve(compiled).then(() => compile(variant, env, exec));
      compiled = turn;
      return turn.then(async () => ship(variant, await tools, env, exec));
    });
    await Promise.all(shipped);
  });
  markDone("wasm", print);
}

/** Compiles the crate, and keeps the result where the next variant does not overwrite it. */
async function compile({ feature }, env, exec) {
  const cargo = ["build", "--lib", "--release", "--locked", "--target", WASM_TARGET];
  await exec("cargo", [...cargo, "--features", feature], { env });
  const built = join(targetDirOf(env), WASM_TARGET, "release", CRATE_WASM);
  mkdirSync(stagingOf(feature), { recursive: true });
  copyFileSync(built, join(stagingOf(feature), CRATE_WASM));
}

/** Makes the JavaScript around a compiled variant, and puts both into dist/. */
async function ship({ feature, folder }, bindgen, env, exec) {
  const staging = stagingOf(feature);
  const input = join(staging, CRATE_WASM);
  const flags = ["--target", "module", "--no-typescript", "--experimental-reset-state-function"];
  await exec(bindgen, [input, ...flags, "--out-name", "index", "--out-dir", staging]);

  const to = join(distDir, folder);
  mkdirSync(to, { recursive: true });
  // wrangler and its like hand out a module at an ordinary import.
  const glue = join(staging, GLUE);
  writeFileSync(glue, readFileSync(glue, "utf8").replace("import source ", "import "));
  const minify = ["--minify", "--format=esm", glue, `--outfile=${join(to, GLUE)}`];
  await exec(join(binDir, "esbuild"), [...minify, "--allow-overwrite"], { env });

  const optimize = [join(staging, WASM), "-o", join(to, WASM)];
  // First, since what is there for debuggers keeps some of it from being optimized.
  optimize.push("--strip-debug", "--strip-producers", ...OPTIMIZED);
  optimize.push(...FEATURES.map((feature) => `--enable-${feature}`));
  await exec(join(binDir, "wasm-opt"), optimize, { env });
}

function targetDirOf(env) {
  return resolve(root, env.CARGO_TARGET_DIR ?? "target");
}

function stagingOf(feature) {
  return inRoot(STAGING, feature);
}

/** The environment in which cargo compiles for wasm. */
export function wasmBuildEnv(toolchain) {
  return { ...toolchain.env, CARGO_ENCODED_RUSTFLAGS: rustFlags().join("\x1f") };
}

/** A panic names its source file: where that lies on this machine is not for the package to tell. */
function rustFlags() {
  const given = (process.env.RUSTFLAGS ?? "").split(/\s+/).filter(Boolean);
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  return [...given, `--remap-path-prefix=${cargoHome}=/cargo`];
}

function inputsOf(toolchain) {
  return {
    way: toolchain.way,
    rustc: toolchain.rustc,
    rustFlags: rustFlags(),
    variants: WASM_VARIANTS,
    binaryen: npmVersion("binaryen"),
    optimized: OPTIMIZED,
    esbuild: npmVersion("esbuild"),
  };
}
