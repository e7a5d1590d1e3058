// The tiers of tests in the order in which they run. A tier more is an entry more in this table.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser, missingBrowser } from "./browser.mjs";
import {
  countsOfCargo,
  countsOfMutants,
  countsOfNode,
  countsOfRuns,
  countsOfVitest,
  NO_COUNTS,
  sumOf,
} from "./counts.mjs";
import { missingForContainers, runOverContainers } from "./e2e.mjs";
import { imageEnv, SERVER } from "./image.mjs";
import { cacheDir, inRoot } from "./project.mjs";
import { childEnv, run } from "./run.mjs";
import { Trouble } from "./say.mjs";
import { filesUnder } from "./stamp.mjs";

/** A tier that hangs must not take the whole run with it. */
const LIMIT_MS = 30 * 60_000;

/**
 * `key` is what `--only` takes, `name` what the summary says. `tests()` lists the files; without
 * any, the tier does not run. `needsBuild`: the tier works on dist/. `missing()`, where a tier has
 * it, says in a few words what this machine lacks for it, or nothing. `run(files)` returns
 * `{ code, ms, counts }`, or `{ missing }` if only trying could tell.
 */
export const tiers = [
  {
    key: "scripts",
    name: "scripts",
    needsBuild: false,
    tests: () => testsUnder("tests/scripts", ".test.mjs"),
    run: runNode,
  },
  {
    key: "native",
    name: "native",
    needsBuild: false,
    tests: () => ["src"],
    run: runCargo,
  },
  {
    key: "sim",
    name: "simulation",
    needsBuild: false,
    tests: () => ["tests/sim"],
    run: runSimulation,
  },
  {
    key: "worker",
    name: "in workerd",
    needsBuild: true,
    tests: () => testsUnder("tests/worker", ".test.ts"),
    run: runVitest,
  },
  nodeTier("package", "package"),
  nodeTier("rust", "Rust Workers"),
  nodeTier("process", "process"),
  nodeTier("kill", "killed process"),
  nodeTier("fuzz", "fuzz over HTTP"),
  nodeTier("load", "load"),
  { ...nodeTier("browser", "in a browser"), missing: missingBrowser, run: runInBrowser },
  nodeTier("bench", "benchmark"),
  {
    ...nodeTier("e2e", "real containers"),
    missing: missingForContainers,
    // One file after the other: each has an engine's work to wait for, and so had the others.
    run: (files) =>
      runOverContainers((extra) => runNodeTests(["--test-concurrency=1", ...files], extra)),
  },
];

/** The node tests of a folder, which run the built package in processes of their own. */
function nodeTier(key, name) {
  const tests = () => testsUnder(`tests/${key}`, ".test.mjs");
  return { key, name, needsBuild: true, tests, run: runNode };
}

/** The package's tests, and those of the demo's server. */
async function runCargo() {
  const crate = await runLimited("cargo", ["test"]);
  const args = ["test", "--locked", "--manifest-path", `${SERVER.crate}/Cargo.toml`];
  const server = await runLimited("cargo", args, imageEnv());
  const counts = sumOf([crate, server].map(({ output }) => countsOfCargo(output)));
  return { code: crate.code === 0 ? server.code : crate.code, ms: crate.ms + server.ms, counts };
}

/**
 * Where the search for planted bugs begins: always at the same seeds, since whether the rarest are
 * found among a thousand must not hang on a commit's hash.
 */
const BUGS_SEED = "11457271094791";

/** Ten pool-years, from a seed that every commit changes; then every planted bug has to be found. */
async function runSimulation() {
  const simulate = (...args) => runLimited("node", [inRoot("scripts/sim.mjs"), ...args]);
  const years = await simulate("--years", "10");
  if (years.code !== 0) return { ...years, counts: countsOfRuns(years.output) };
  const bugs = await simulate("--mutants", "--seed", BUGS_SEED);
  const counts = sumOf([countsOfRuns(years.output), countsOfMutants(bugs.output)]);
  return { code: bugs.code, ms: years.ms + bugs.ms, counts };
}

async function runNode(files) {
  const { code, ms, output } = await runNodeTests(files);
  return { code, ms, counts: countsOfNode(output) };
}

async function runInBrowser(files) {
  try {
    await ensureBrowser();
  } catch (error) {
    if (error instanceof Trouble) return { missing: error.message.replace(/\.$/, "") };
    throw error;
  }
  return runNode(files);
}

function runNodeTests(files, extra = {}) {
  const args = ["--test", "--test-reporter=spec", ...files];
  return runLimited("node", args, { ...environment(), ...extra });
}

async function runVitest() {
  const report = join(cacheDir, "vitest.json");
  rmSync(report, { force: true });
  const args = ["run", "--config", "tests/worker/vitest.config.mts", "--reporter=default"];
  args.push("--reporter=json", `--outputFile.json=${report}`);
  const { code, ms } = await runLimited("vitest", args);
  // Without a report the run broke off before its first test.
  const counts = existsSync(report) ? countsOfVitest(readFileSync(report, "utf8")) : NO_COUNTS;
  return { code, ms, counts };
}

function runLimited(command, args, env = environment()) {
  return run(command, args, { env, timeoutMs: LIMIT_MS });
}

function testsUnder(folder, suffix) {
  return filesUnder(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => inRoot(file));
}

/** Runners write to us and cannot see whether we write to a terminal. */
function environment() {
  const color = { FORCE_COLOR: "1", CARGO_TERM_COLOR: "always" };
  return childEnv({ extra: process.stdout.isTTY ? color : { NO_COLOR: "1" } });
}
