// Finds a Rust that compiles to wasm, and says which environment a wasm build needs. That
// environment is handed to the wasm build alone: native builds never see it.
import { existsSync, readdirSync } from "node:fs";
import { note, step } from "./progress.mjs";
import { WASM_TARGET } from "./project.mjs";
import { ask, childEnv, run } from "./run.mjs";
import { Trouble } from "./say.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";
import { debianToolchain } from "./wasm-debian.mjs";

const RUSTUP_USUAL_MS = 10_000;
const RUSTUP_LIMIT_MS = 120_000;

/** worker-build compiles with this; so do the other wasm builds, so that all see the same code. */
const COMMON_ENV = { WASM_BINDGEN_USE_JS_SYS: "1" };

let found;

/** `{ way, rustc, env }`: "rustup" or "debian", the compiler's version, and a child's environment. */
export function wasmToolchain() {
  found ??= find();
  return found;
}

async function find() {
  const wanted = process.env.CF_WARM_POOL_WASM ?? "";
  if (!["", "rustup", "debian"].includes(wanted)) {
    throw new Trouble(`CF_WARM_POOL_WASM is "${wanted}", but only "rustup" or "debian" is known.`);
  }
  if (wanted !== "debian" && (hasWasmStd() || (await rustupAdds(wanted)))) return ordinary();
  if (wanted === "rustup") {
    throw new Trouble(
      `rustup could not add ${WASM_TARGET}: run \`rustup target add ${WASM_TARGET}\`.`,
    );
  }
  return withEnv("debian", await debianToolchain());
}

function ordinary() {
  return withEnv("rustup", { extra: {}, pathFirst: [] });
}

function withEnv(way, { extra, pathFirst }) {
  const env = childEnv({ extra: { ...COMMON_ENV, ...extra }, pathFirst });
  return { way, rustc: ask("rustc", ["--version"], env), env };
}

/** Does the toolchain on PATH carry a compiled `std` for wasm? */
function hasWasmStd() {
  const folder = ask("rustc", ["--print", "target-libdir", "--target", WASM_TARGET]);
  if (!folder || !existsSync(folder)) return false;
  return readdirSync(folder).some((file) => /^libstd-.*\.rlib$/.test(file));
}

/** Tries it once for each toolchain: where rustup cannot fetch, that takes long to find out. */
async function rustupAdds(wanted) {
  if (ask("rustup", ["--version"]) === null) return false;
  const toolchain = fingerprint([], ask("rustc", ["--version", "--verbose"]));
  if (!wanted && isDone("rustup-cannot-fetch", toolchain, [])) return false;
  const args = ["target", "add", WASM_TARGET];
  const env = childEnv({ extra: { RUSTUP_MAX_RETRIES: "1" } });
  const options = { env, quiet: true, timeoutMs: RUSTUP_LIMIT_MS };
  // Not a step's `exec`: this may fail.
  const { code } = await step("adding Rust's wasm target", RUSTUP_USUAL_MS, () =>
    run("rustup", args, options),
  );
  if (code === 0 && hasWasmStd()) return true;
  note("rustup cannot fetch the wasm target here");
  markDone("rustup-cannot-fetch", toolchain);
  return false;
}
