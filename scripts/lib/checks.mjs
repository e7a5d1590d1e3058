// What `npm run check` checks, in this order: one entry is one line of its summary.
import { existsSync } from "node:fs";
import { buildJs } from "./build-js.mjs";
import { IMAGE_CRATES, imageEnv } from "./image.mjs";
import { inRoot, WASM_TARGET } from "./project.mjs";
import { childEnv, run } from "./run.mjs";
import { say, Trouble } from "./say.mjs";
import { breaches } from "./walls.mjs";
import { debianHasClippy } from "./wasm-debian.mjs";
import { wasmToolchain } from "./wasm-toolchain.mjs";

/** Folders and files that prettier and eslint look after; what is not there is passed over. */
const SOURCES = ["js", "container", "example", "tests", "scripts"].filter((folder) =>
  existsSync(inRoot(folder)),
);
export const FORMATTED = [...SOURCES, ".github", "*.json", "*.jsonc", "*.mjs"];

/** `check()` resolves to whether it is well, or to `{ ok, note }`. */
export const checks = [
  { name: "rustfmt", check: checkRustfmt },
  { name: "walls", check: checkWalls },
  { name: "planted bugs fit", check: plantedBugsFit },
  { name: "clippy, native", check: () => clippy(["--all-targets"], childEnv()) },
  { name: "clippy, wasm", check: clippyForWasm },
  { name: "clippy, images", check: clippyForImages },
  { name: "types", check: checkTypes },
  { name: "eslint", check: () => succeeds("eslint", ["--max-warnings=0", ...SOURCES, "*.mjs"]) },
  { name: "prettier", check: () => succeeds("prettier", ["--check", ...prettierArgs()]) },
];

export function prettierArgs() {
  return ["--ignore-unknown", "--no-error-on-unmatched-pattern", "--log-level=warn", ...FORMATTED];
}

/** The crates whose sources are formatted. */
export const CRATES = [".", ...IMAGE_CRATES];

async function checkRustfmt() {
  return allSucceed(CRATES, (crate) => succeeds("cargo", ["fmt", "--check", ...of(crate)]));
}

function checkWalls() {
  const found = breaches();
  found.forEach(say);
  return found.length === 0;
}

/** The simulation plants them as a patch; see `npm run sim -- --mutants`. */
function plantedBugsFit() {
  return succeeds("git", ["apply", "--check", "tests/sim/planted.patch"]);
}

/** With the lock as it is committed: a change of it is to be seen. */
function clippy(what, env) {
  return succeeds("cargo", ["clippy", "--locked", ...what, "--", "-D", "warnings"], env);
}

async function clippyForWasm() {
  const { way, env } = await wasmToolchain();
  const what = ["--target", WASM_TARGET, "--lib"];
  if (way !== "debian" || (await debianHasClippy())) return clippy(what, env);
  const strict = { ...env, RUSTFLAGS: `${env.RUSTFLAGS ?? ""} -D warnings`.trim() };
  const ok = await succeeds("cargo", ["check", "--locked", ...what], strict);
  return { ok, note: "without clippy, which Debian's Rust lacks here: compiler warnings denied" };
}

/** Crates in which nothing is shared with the package. */
function clippyForImages() {
  return allSucceed(IMAGE_CRATES, (crate) => clippy(["--all-targets", ...of(crate)], imageEnv()));
}

/** The Worker and the tests import the built package, so its declarations come first. */
async function checkTypes() {
  try {
    await buildJs();
  } catch (error) {
    if (error instanceof Trouble) return false;
    throw error;
  }
  const projects = [".", "tests/types", "tests/worker", "tests/process", "tests/e2e"].filter((folder) =>
    existsSync(inRoot(folder, "tsconfig.json")),
  );
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
