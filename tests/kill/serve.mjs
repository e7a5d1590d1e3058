// The process that is killed: Miniflare, and workerd below it, over storage on disk. Its one argument
// is `{ folder, bindings }` as JSON; its first line of output is where it listens.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

const { folder, bindings } = JSON.parse(process.argv[2]);
const modules = JSON.parse(readFileSync(join(folder, "modules.json"), "utf8"));

// Whoever started this has ended, perhaps by a signal: nothing of it is to stay.
process.stdin.resume().on("end", () => {
  rmSync(folder, { recursive: true, force: true });
  process.kill(0, "SIGKILL");
});

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    logRequests: false,
    resourcePersistencePath: join(folder, "storage"),
    name: "killed",
    compatibilityDate: modules.compatibilityDate,
    modules: modules.files.map(({ type, path }) => ({
      type,
      path,
      contents: readFileSync(join(folder, path)),
    })),
    bindings,
    durableObjects: {
      WARM_POOL: { className: "InspectedPool", useSQLite: true },
      CONTAINER: { className: "LedgerContainer", useSQLite: true },
    },
  }),
);
console.log(String(await miniflare.ready));
