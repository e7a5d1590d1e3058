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

/** The cargo feature of each wasm of the package, and its folder in dist. */
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

/** The version of an npm package in package-lock.json, which node_modules holds after set-up. */
export function npmVersion(name) {
  const { packages } = JSON.parse(readFileSync(inRoot("package-lock.json"), "utf8"));
  return packages[`node_modules/${name}`].version;
}

/** Compares dotted versions by their numbers: is `version` at least `wanted`? */
export function atLeast(version, wanted) {
  const [have, want] = [version, wanted].map((text) => text.split(/[.-]/).map(Number));
  for (let i = 0; i < want.length; i++) {
    if ((have[i] ?? 0) !== want[i]) return (have[i] ?? 0) > want[i];
  }
  return true;
}
