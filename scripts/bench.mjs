// `npm run bench [-- --only x] [--seed S] [--out file.json] [--tiny]`: measures the built pool beside
// what users would pick instead. A whole run writes BENCHMARKS.md; `--tiny` only shows that it works.
import { writeFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import { bench, ROWS } from "../bench/bench.mjs";
import { markdown } from "../bench/report.mjs";
import { randomSeed, readArgs, SEED } from "./lib/args.mjs";
import { build } from "./lib/build.mjs";
import { inRoot, npmVersion } from "./lib/project.mjs";
import { ask } from "./lib/run.mjs";
import { duration, main, say, Trouble } from "./lib/say.mjs";

const PACKAGES = ["cf-container-warm-pool", "@cloudflare/sandbox", "workerd", "miniflare"];

await main(async () => {
  const args = readArgs({
    only: { type: "string", default: Object.keys(ROWS).join("") },
    seed: SEED,
    out: { type: "string" },
    tiny: { type: "boolean", default: false },
  });
  const { seed = randomSeed(), out, tiny } = args;
  const only = rowsOf(args.only);
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

/** Letters of rows, in any order, perhaps with commas. */
function rowsOf(text) {
  const known = Object.keys(ROWS);
  const given = [...text].filter((letter) => letter !== ",");
  const unknown = given.find((letter) => !known.includes(letter));
  if (unknown) throw new Trouble(`unknown row ${unknown} of --only (known: ${known.join(", ")})`);
  if (given.length === 0) throw new Trouble(`--only names no row (known: ${known.join(", ")})`);
  return known.filter((letter) => given.includes(letter));
}
