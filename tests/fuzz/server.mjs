// The default Worker on simulated containers in a workerd of its own, on a free port, and beside it
// a Worker that calls the pool's object.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE } from "../worker/platform/bundle.mjs";

export const API_KEY = "a key for the fuzzer";

/** Starts both; `output()` is all that workerd has written so far. */
export async function serve() {
  let written = "";
  const options = {
    host: "127.0.0.1",
    port: 0,
    handleStructuredLogs: ({ level, message }) =>
      (written += `${level}: ${message}
`),
    workers: [
      {
        name: "main",
        compatibilityDate: COMPATIBILITY_DATE,
        modules: await bundle(join(import.meta.dirname, "../../container/worker.ts")),
        durableObjects: {
          WARM_POOL: { className: "WarmPool", useSQLite: true },
          CONTAINER: { className: "SimulatedContainer", useSQLite: true },
        },
        kvNamespaces: { HINTS: "hints" },
        bindings: {
          WARM_POOL_API_KEY: API_KEY,
          WARM_POOL_SIZE_PER_RUNTIME: "1",
          SIMULATED_BOOT_MS: 10,
          SIMULATED_STOP_MS: 10,
        },
      },
      {
        name: "caller",
        compatibilityDate: COMPATIBILITY_DATE,
        modules: [
          {
            type: "ESModule",
            path: "caller.mjs",
            contents: readFileSync(join(import.meta.dirname, "caller.mjs"), "utf8"),
          },
        ],
        durableObjects: {
          WARM_POOL: { className: "WarmPool", scriptName: "main", useSQLite: true },
        },
      },
    ],
  };
  const miniflare = new Miniflare(convertV4MiniflareOptions(options));
  const address = await miniflare.ready;
  const caller = await miniflare.getWorker("caller");
  return {
    address,
    output: () => written,
    async call(what) {
      const body = JSON.stringify(what);
      const answer = await caller.fetch("http://caller/", { method: "POST", body });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`the caller answered ${answer.status}: ${text}`);
      return JSON.parse(text);
    },
    stop: () => miniflare.dispose(),
  };
}
