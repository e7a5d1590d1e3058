// `npm run bench [-- --only x] [--seed S] [--out file.json] [--tiny]`: measures the built pool beside
// what users would pick instead. A whole run writes BENCHMARKS.md; `--tiny` only shows that it works.
import { writeFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import { parseArgs } from "node:util";
import { bench, ROWS } from "../bench/bench.mjs";
import { markdown } from "../bench/report.mjs";
import { build } from "./lib/build.mjs";
import { inRoot, npmVersion } from "./lib/project.mjs";
import { ask } from "./lib/run.mjs";
import { duration, main, say, Trouble } from "./lib/say.mjs";

const SEED_MAX = 2 ** 32 - 1;
const PACKAGES = ["cf-container-warm-pool", "@cloudflare/sandbox", "workerd", "miniflare"];

await main(async () => {
  const { only, seed, out, tiny } = wanted(process.argv.slice(2));
  await build();
  const startedAtMs = Date.now();
  const rows = await bench({ only, seed, tiny });
  const took = duration(Date.now() - startedAtMs);
  const told = { ...surroundings(), seed, took, rows };
  if (out) writeFileSync(out, `${JSON.stringify(told, null, 2)}\n`);
  if (tiny || only.length < Object.keys(ROWS).length) return;
  writeFileSync(inRoot("BENCHMARKS.md"), markdown(told));
  say(`\nBENCHMARKS.md is written (${took})`);
});

function surroundings() {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const versions = PACKAGES.map((name) => [name, npmVersion(name)]);
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: ask("git", ["rev-parse", "--short", "HEAD"]) ?? "unknown",
    machine: `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, ${gib} GiB, ${type()}`,
    versions: { ...Object.fromEntries(versions), Node: process.versions.node },
  };
}

function wanted(args) {
  const keys = Object.keys(ROWS);
  const usage = `Usage: npm run bench -- [--only X] [--seed S] [--out file.json] [--tiny], with X one or more of ${keys.join()} and S from 0 to ${SEED_MAX}.`;
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: "string", default: keys.join("") },
        seed: { type: "string" },
        out: { type: "string" },
        tiny: { type: "boolean", default: false },
      },
    });
    const only = keys.filter((key) => values.only.includes(key));
    const seed = Number(values.seed ?? Math.floor(Math.random() * SEED_MAX));
    const known = [...values.only].every((key) => key === "," || keys.includes(key));
    const seedFits = Number.isInteger(seed) && seed >= 0 && seed <= SEED_MAX;
    if (known && only.length > 0 && seedFits) return { ...values, only, seed };
  } catch {
    // An argument it does not know.
  }
  throw new Trouble(usage);
}
