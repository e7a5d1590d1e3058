// What `npm run check` checks, in this order: one entry is one line of its summary.
import { existsSync } from "node:fs";
import { buildJs } from "./build-js.mjs";
import { BINDGEN_CRATE, bindgenEnv, bindgenMismatches } from "./bindgen.mjs";
import { IMAGE_CRATES, imageEnv } from "./image.mjs";
import { inRoot, RUST_WORKER_FOLDERS, WASM_TARGET, WASM_VARIANTS } from "./project.mjs";
import { childEnv, run } from "./run.mjs";
import { PLANTED } from "./rust.mjs";
import { say, Trouble } from "./say.mjs";
import { breaches } from "./walls.mjs";
import { debianHasClippy, debianHasRustdoc } from "./wasm-debian.mjs";
import { wasmToolchain } from "./wasm-toolchain.mjs";

/** Folders and files that prettier and eslint look after; what is not there is passed over. */
const SOURCES = ["js", "container", "example", "tests", "bench", "scripts"].filter((folder) =>
  existsSync(inRoot(folder)),
);
export const FORMATTED = [...SOURCES, ".github", "*.json", "*.jsonc", "*.mjs"];

/** A folder may hold nothing but Rust. */
const ESLINT_FLAGS = ["--max-warnings=0", "--no-error-on-unmatched-pattern"];

/** What is compiled to wasm: what the package ships, the crate as a Rust Worker has it, and those. */
const WASM_BUILDS = [
  ["--lib", "--features", WASM_VARIANTS.map(({ feature }) => feature).join()],
  ["--lib"],
  ...RUST_WORKER_FOLDERS.map((folder) => of(folder)),
];

/** `check()` resolves to whether it is well, or to `{ ok, note }`. */
export const checks = [
  { name: "rustfmt", check: checkRustfmt },
  { name: "walls", check: checkWalls },
  { name: "planted bugs", check: checkPlantedBugs },
  { name: "bindgen fits", check: bindgenFits },
  { name: "clippy, native", check: () => clippy(["--all-targets"], childEnv()) },
  { name: "clippy, wasm", check: clippyForWasm },
  { name: "clippy, images", check: clippyForImages },
  { name: "clippy, bindgen", check: clippyForBindgen },
  { name: "rustdoc, native", check: () => rustdoc([], childEnv()) },
  { name: "rustdoc, wasm", check: rustdocForWasm },
  { name: "types", check: checkTypes },
  { name: "eslint", check: () => succeeds("eslint", [...ESLINT_FLAGS, ...SOURCES, "*.mjs"]) },
  { name: "prettier", check: () => succeeds("prettier", ["--check", ...prettierArgs()]) },
];

export function prettierArgs() {
  return ["--ignore-unknown", "--no-error-on-unmatched-pattern", "--log-level=warn", ...FORMATTED];
}

/** The crates whose sources are formatted. */
export const CRATES = [".", BINDGEN_CRATE, ...IMAGE_CRATES, ...RUST_WORKER_FOLDERS];

async function checkRustfmt() {
  return allSucceed(CRATES, (crate) => succeeds("cargo", ["fmt", "--check", ...of(crate)]));
}

function checkWalls() {
  const found = breaches();
  found.forEach(say);
  return found.length === 0;
}

/** Only `npm run sim -- --mutants` compiles them otherwise. */
function checkPlantedBugs() {
  const what = ["check", "--locked", "--lib", "--test", "sim"];
  return succeeds("cargo", what, childEnv({ extra: PLANTED }));
}

/** wasm-bindgen's library and the program for its output must have exactly the same version. */
function bindgenFits() {
  const found = bindgenMismatches([".", ...RUST_WORKER_FOLDERS]);
  found.forEach(say);
  return found.length === 0;
}

/** With the lock as it is committed: a change of it is to be seen. */
function clippy(what, env) {
  return succeeds("cargo", ["clippy", "--locked", ...what, "--", "-D", "warnings"], env);
}

async function clippyForWasm() {
  const { way, env } = await wasmToolchain();
  const target = { CARGO_TARGET_DIR: inRoot("target"), ...env };
  const hasClippy = way !== "debian" || (await debianHasClippy());
  const ok = await allSucceed(WASM_BUILDS, (build) => {
    const what = ["--target", WASM_TARGET, ...build];
    return hasClippy ? clippy(what, target) : compiles(what, target);
  });
  const without = "without clippy, which Debian's Rust lacks here: compiler warnings denied";
  return { ok, note: hasClippy ? undefined : without };
}

function compiles(what, env) {
  const strict = { ...env, RUSTFLAGS: `${env.RUSTFLAGS ?? ""} -D warnings`.trim() };
  return succeeds("cargo", ["check", "--locked", ...what], strict);
}

/** Crates in which nothing is shared with the package. */
function clippyForImages() {
  return allSucceed(IMAGE_CRATES, (crate) => clippy(["--all-targets", ...of(crate)], imageEnv()));
}

function clippyForBindgen() {
  return clippy(["--all-targets", ...of(BINDGEN_CRATE)], bindgenEnv());
}

function rustdoc(what, env) {
  const strict = { ...env, RUSTDOCFLAGS: `${env.RUSTDOCFLAGS ?? ""} -D warnings`.trim() };
  return succeeds("cargo", ["doc", "--locked", "--no-deps", ...what], strict);
}

/** The client for Rust Workers is there on wasm only, and so are the examples in its docs. */
async function rustdocForWasm() {
  const { way, env } = await wasmToolchain();
  if (way === "debian" && !debianHasRustdoc()) {
    return { ok: true, note: "not run: Debian's Rust has no rustdoc here" };
  }
  const target = ["--target", WASM_TARGET];
  // They are compiled; what would run them here is the program `true`.
  const unrun = { ...env, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "true" };
  const examples = ["test", "--locked", "--doc", ...target, "client"];
  return (await rustdoc(target, env)) && succeeds("cargo", examples, unrun);
}

/** The Worker and the tests import the built package, so its declarations come first. */
async function checkTypes() {
  try {
    await buildJs();
  } catch (error) {
    if (error instanceof Trouble) return false;
    throw error;
  }
  const projects = [
    ".",
    "js/dashboard",
    "tests/types",
    "tests/worker",
    "tests/package",
    "tests/process",
    "tests/e2e",
    "bench",
  ].filter((folder) => existsSync(inRoot(folder, "tsconfig.json")));
  return allSucceed(projects, (project) => succeeds("tsc", ["--noEmit", "--project", project]));
}

/** Where cargo finds a crate. */
export function of(crate) {
  return ["--manifest-path", inRoot(crate, "Cargo.toml")];
}

/** One after the other, up to the first that does not. */
async function allSucceed(list, check) {
  for (const item of list) if (!(await check(item))) return false;
  return true;
}

async function succeeds(command, args, env) {
  return (await run(command, args, { env })).code === 0;
}
