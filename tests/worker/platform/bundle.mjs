import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const COMPATIBILITY_DATE = "2026-04-01";

/** The name of the Worker that holds the containers and the platform under them. */
export const PLATFORM_WORKER = "platform";

/** That Worker, as Miniflare takes it. */
export async function platformWorker() {
  return {
    name: PLATFORM_WORKER,
    compatibilityDate: COMPATIBILITY_DATE,
    modules: await bundle(join(import.meta.dirname, "worker.ts")),
    durableObjects: {
      CONTAINER: { className: "TestContainer", useSQLite: true },
      CONTAINER_PYTHON: { className: "PythonContainer", useSQLite: true },
      CONTAINER_NODE: { className: "NodeContainer", useSQLite: true },
      PLATFORM: { className: "Platform", useSQLite: true },
      SLEEPER: { className: "Sleeper", useSQLite: true },
    },
    bindings: { SIMULATED_BOOT_MS: 20, SIMULATED_STOP_MS: 200 },
  };
}

/** The modules of a Worker: one of JavaScript, and each `.wasm` it imports. */
export async function bundle(entryPoint) {
  const wasm = [];
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["cloudflare:*", "node:*"],
    write: false,
    plugins: [{ name: "wasm", setup: (esbuild) => leaveWasm(esbuild, wasm) }],
  });
  return [
    { type: "ESModule", path: "worker.mjs", contents: outputFiles[0].text },
    ...wasm.map((file, index) => ({
      type: "CompiledWasm",
      path: wasmName(index),
      contents: readFileSync(file),
    })),
  ];
}

function leaveWasm(esbuild, found) {
  esbuild.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
    const index = found.push(join(resolveDir, path)) - 1;
    return { path: `./${wasmName(index)}`, external: true };
  });
}

/** Two files of one bundle may have the same name where they lie. */
function wasmName(index) {
  return `${index}.wasm`;
}
