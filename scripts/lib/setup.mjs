// Everything that must be there before a build: done once, and quick when nothing changed.
import { ensureCargoTools } from "./cargo-tools.mjs";
import { ensureNode, ensurePackages } from "./npm-packages.mjs";
import { ensureRust } from "./rust.mjs";
import { wasmToolchain } from "./wasm-toolchain.mjs";

/** npm packages, Node and Rust: all that the checks need. */
export async function setUpBasics() {
  ensureRust();
  await ensurePackages();
  ensureNode();
}

/** All of it; returns what a wasm build works with. */
export async function setUp() {
  await setUpBasics();
  const toolchain = await wasmToolchain();
  const tools = await ensureCargoTools();
  return { toolchain, tools };
}
