// The Rust Workers in workerd, with the pool and its containers in a Worker beside them, which they
// reach by its name (`script_name`).
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { buildRustWorker } from "../../scripts/lib/build-rust-worker.mjs";
import { inRoot, RUST_WORKER_FOLDERS } from "../../scripts/lib/project.mjs";
import { bundle, COMPATIBILITY_DATE } from "../worker/platform/bundle.mjs";

const POOLS = "cf-warm-pool";
const CLASSES = {
  WARM_POOL: { className: "WarmPool", useSQLite: true },
  CONTAINER: { className: "SimulatedContainer", useSQLite: true },
};
const VARS = { SIMULATED_BOOT_MS: 100, SIMULATED_STOP_MS: 50 };

/** Builds and starts them all: `{ example, calls, together, stop }`, all but the last with a `fetch()`. */
export async function startRustWorkers() {
  const [example, calls] = RUST_WORKER_FOLDERS;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        await rustWorker("example", example),
        await rustWorker("calls", calls),
        {
          name: POOLS,
          compatibilityDate: COMPATIBILITY_DATE,
          modules: await bundle(inRoot("container/worker.ts")),
          durableObjects: CLASSES,
          bindings: VARS,
        },
        {
          name: "together",
          compatibilityDate: COMPATIBILITY_DATE,
          modules: await bundle(join(import.meta.dirname, "together.mjs")),
          durableObjects: CLASSES,
          kvNamespaces: ["HINTS"],
          bindings: VARS,
        },
      ],
    }),
  );
  return {
    example: await miniflare.getWorker("example"),
    calls: await miniflare.getWorker("calls"),
    together: await miniflare.getWorker("together"),
    stop: () => miniflare.dispose(),
  };
}

async function rustWorker(name, folder) {
  return {
    name,
    compatibilityDate: COMPATIBILITY_DATE,
    modules: await bundle(await buildRustWorker(folder)),
    durableObjects: elsewhere(CLASSES),
    kvNamespaces: ["HINTS"],
  };
}

function elsewhere(classes) {
  const bindings = Object.entries(classes).map(([name, bound]) => [
    name,
    { ...bound, scriptName: POOLS },
  ]);
  return Object.fromEntries(bindings);
}
