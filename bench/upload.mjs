// What wrangler would upload.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../scripts/lib/project.mjs";
import { childEnv, run } from "../scripts/lib/run.mjs";
import { COMPATIBILITY_DATE } from "../tests/worker/platform/bundle.mjs";

const LIMIT_MS = 120_000;

/**
 * Returns the size of the whole minified bundle of the Worker in the file `main`, gzipped, KiB.
 * `container` is the class of its containers.
 */
export async function uploadKib(folder, main, container = "BenchContainer") {
  const home = join(folder, "upload");
  mkdirSync(home, { recursive: true });
  const config = join(home, "wrangler.json");
  const classes = { WARM_POOL: "WarmPool", CONTAINER: container };
  writeFileSync(
    config,
    JSON.stringify({
      name: "upload",
      main: inRoot(main),
      compatibility_date: COMPATIBILITY_DATE,
      compatibility_flags: ["nodejs_compat"],
      durable_objects: {
        bindings: Object.entries(classes).map(([name, class_name]) => ({ name, class_name })),
      },
      migrations: [{ tag: "v1", new_sqlite_classes: Object.values(classes) }],
    }),
  );
  const quiet = { WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", CI: "1" };
  const env = childEnv({ extra: { ...quiet, NO_COLOR: "1" } });
  const args = ["deploy", "--dry-run", "--minify", `--config=${config}`];
  const { code, output } = await run("wrangler", args, {
    env,
    cwd: home,
    quiet: true,
    timeoutMs: LIMIT_MS,
  });
  const [, kib] = /Total Upload: .* gzip: ([\d.]+) KiB/.exec(output) ?? [];
  if (code !== 0 || !kib) throw new Error(`wrangler could not bundle ${main}:\n${output}`);
  return Number(kib);
}
