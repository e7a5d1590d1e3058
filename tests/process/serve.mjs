// Serves a Worker of the process tests over the state in the folder it is given, until it is
// killed. Prints its address as one line of JSON.
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import {
  bundle,
  COMPATIBILITY_DATE,
  PLATFORM_WORKER,
  platformWorker,
} from "../worker/platform/bundle.mjs";

const [folder, worker = "worker.ts"] = process.argv.slice(2);
const elsewhere = { scriptName: PLATFORM_WORKER, useSQLite: true };
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    resourcePersistencePath: join(folder, "state"),
    // That an alarm of before the restart is late is no news.
    handleStructuredLogs: ({ message }) => message.startsWith("NOSENTRY") || console.error(message),
    workers: [
      {
        name: "process-tests",
        compatibilityDate: COMPATIBILITY_DATE,
        modules: await bundle(join(import.meta.dirname, worker)),
        durableObjects: {
          WARM_POOL: { className: "InspectedPool", useSQLite: true },
          CONTAINER: { className: "TestContainer", ...elsewhere },
          PLATFORM: { className: "Platform", ...elsewhere },
        },
      },
      await platformWorker(),
    ],
  }),
);
console.log(JSON.stringify({ url: (await miniflare.ready).href }));

// Whoever started this has ended without killing it.
process.stdin.resume().on("end", () => miniflare.dispose().then(() => process.exit()));
