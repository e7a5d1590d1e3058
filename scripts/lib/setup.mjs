// Everything that must be there before a build: done once, and quick when nothing changed.
import { ensureBindgen } from "./bindgen.mjs";
import { ensureNode, ensurePackages } from "./npm-packages.mjs";
import { ensureRust } from "./rust.mjs";
import { wasmToolchain } from "./wasm-toolchain.mjs";

/** npm packages, Node and Rust: all that the checks need. */
export async function setUpBasics() {
  ensureRust();
  await ensurePackages();
  ensureNode();
}

/** All of it at once; returns what a wasm build needs. */
export async function setUp() {
  const [, toolchain, bindgen] = await Promise.all([
    setUpBasics(),
    wasmToolchain(),
    ensureBindgen(),
  ]);
  return { toolchain, bindgen };
}
