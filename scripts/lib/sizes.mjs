// How large the Workers of the package are when wrangler uploads them, minified and gzipped: Cloudflare
// limits that size. README and benchmark state this measurement, and tests bound it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uploadKib } from "../../bench/upload.mjs";
import { note, step } from "./progress.mjs";
import { cacheDir, npmVersion } from "./project.mjs";
import { fingerprint } from "./stamp.mjs";

const WORKERS = [
  { name: "the least Worker with a pool", main: "bench/cold/ours.ts", maxKib: 256 },
  {
    name: "the default Worker",
    main: "container/worker.ts",
    container: "SimulatedContainer",
    maxKib: 400,
  },
];

const SOURCES = ["dist", "bench/cold", "bench/worker", "bench/upload.mjs", "container"];
const KEPT = join(cacheDir, "uploads.json");
const USUAL_MS = 8000;

/** Returns `{ name, kib, maxKib }` of each Worker; measures again only if something changed. */
export async function uploads() {
  const print = fingerprint(SOURCES, [WORKERS, npmVersion("wrangler")]);
  const kept = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, "utf8")) : {};
  if (kept.print === print) return kept.sizes;
  const sizes = await step("measuring uploads", USUAL_MS, measure);
  writeFileSync(KEPT, JSON.stringify({ print, sizes }));
  return sizes;
}

/** Writes the sizes. */
export async function reportUploads() {
  for (const { name, kib, maxKib } of await uploads()) {
    note(`${name}: ${kib} KiB gzipped, at most ${maxKib}`);
  }
}

async function measure() {
  const folder = mkdtempSync(join(tmpdir(), "cf-warm-pool-upload-"));
  try {
    const sizes = [];
    for (const { name, main, container, maxKib } of WORKERS) {
      sizes.push({ name, maxKib, kib: await uploadKib(folder, main, container) });
    }
    return sizes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
