// The whole build, in the order it needs: set-up, wasm, TypeScript.
import { buildJs } from "./build-js.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { setUp } from "./setup.mjs";

export async function build() {
  const parts = await setUp();
  await buildWasm(parts);
  await buildJs();
}
