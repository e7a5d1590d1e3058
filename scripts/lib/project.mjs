// Where things are and which versions are used: the one place that the other scripts ask.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Trouble } from "./say.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const cacheDir = join(root, ".cache");
export const binDir = join(root, "node_modules", ".bin");
export const distDir = join(root, "dist");

export const WASM_TARGET = "wasm32-unknown-unknown";
export const WORKER_BUILD_VERSION = "0.8.7";

/** The cargo feature with what the package's JavaScript calls; a Rust Worker goes without it. */
/** What of the crate is in each wasm of the package, and the folder in dist that it lies in. */
export const WASM_VARIANTS = [
  { feature: "package", folder: "wasm" },
  { feature: "worker", folder: "wasm/worker" },
];

/** The Rust Workers there are: the example, and the one of the tests. */
export const RUST_WORKER_FOLDERS = ["example/rust", "tests/rust/worker"];

/** The path of something in the project. */
export function inRoot(...parts) {
  return join(root, ...parts);
}

/** wasm-bindgen's library and command line tool must be of exactly the same version. */
export function wasmBindgenVersion() {
  return versionInCargoLock(readFileSync(inRoot("Cargo.lock"), "utf8"), "wasm-bindgen");
}

/** The version of the first package called `name` in the text of a Cargo.lock. */
export function versionInCargoLock(text, name) {
  const found = text.match(new RegExp(`^name = "${name}"\\nversion = "([^"]+)"`, "m"));
  if (!found)
    throw new Trouble(`Cargo.lock does not name ${name}: run \`cargo generate-lockfile\`.`);
  return found[1];
}

/** The oldest Rust that compiles the crate, such as `1.91`. */
export function minimumRust() {
  return readFileSync(inRoot("Cargo.toml"), "utf8").match(/^rust-version = "([^"]+)"/m)[1];
}

/** The version of an npm package as it lies in node_modules. */
export function npmVersion(name) {
  return JSON.parse(readFileSync(inRoot("node_modules", name, "package.json"), "utf8")).version;
}

/** Compares dotted versions by their numbers: is `version` at least `wanted`? */
export function atLeast(version, wanted) {
  const [have, want] = [version, wanted].map((text) => text.split(/[.-]/).map(Number));
  for (let i = 0; i < want.length; i++) {
    if ((have[i] ?? 0) !== want[i]) return (have[i] ?? 0) > want[i];
  }
  return true;
}
