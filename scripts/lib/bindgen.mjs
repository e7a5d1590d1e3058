// The program of scripts/bindgen, which makes the JavaScript around the compiled crate.
import { readFileSync } from "node:fs";
import { step } from "./progress.mjs";
import { inRoot, versionInCargoLock } from "./project.mjs";
import { ask, childEnv } from "./run.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";

export const BINDGEN_CRATE = "scripts/bindgen";

const LOCK = "Cargo.lock";
const TARGET_DIR = "target/bindgen";
const PROGRAM = `${TARGET_DIR}/debug/bindgen`;
const USUAL_MS = 50_000;

/** The environment in which the crate is compiled. */
export const bindgenEnv = () => childEnv({ extra: { CARGO_TARGET_DIR: inRoot(TARGET_DIR) } });

/** Returns the path of the program; builds it if its sources or the compiler changed. */
export async function ensureBindgen() {
  const print = fingerprint([BINDGEN_CRATE], ask("rustc", ["--version"]));
  if (!isDone("bindgen", print, [PROGRAM])) {
    const args = ["build", "--locked", "--manifest-path", inRoot(BINDGEN_CRATE, "Cargo.toml")];
    await step("building bindgen", USUAL_MS, (exec) => exec("cargo", args, { env: bindgenEnv() }));
    markDone("bindgen", print);
  }
  return inRoot(PROGRAM);
}

/**
 * Returns what does not fit, a line for each of the crates. wasm-bindgen's library and the program for
 * its output must have exactly the same version.
 */
export function bindgenMismatches(crates) {
  const have = lockedVersion(BINDGEN_CRATE, "wasm-bindgen-cli-support");
  return crates.flatMap((crate) => mismatchOf(crate, lockedVersion(crate, "wasm-bindgen"), have));
}

/** The mismatch of one crate, if any. */
export function mismatchOf(crate, wanted, have) {
  if (have === wanted) return [];
  const todo = `set "=${wanted}" in ${BINDGEN_CRATE}/Cargo.toml and run \`cargo update\` there`;
  return [`${crate}/${LOCK} has wasm-bindgen ${wanted}, but bindgen is ${have} (${todo})`];
}

function lockedVersion(crate, name) {
  return versionInCargoLock(readFileSync(inRoot(crate, LOCK), "utf8"), name);
}
