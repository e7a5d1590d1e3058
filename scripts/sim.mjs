// `npm run sim -- [--seed S] [--years N] [--mode safety|liveness|both] [--log] [--commit HASH]
// [--mutants [--only NAME]] [--same-in-debug]`: the simulation of tests/sim, optimised. Without a
// seed it is taken from the commit.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { readArgs } from "./lib/args.mjs";
import { cacheDir, inRoot, root } from "./lib/project.mjs";
import { ask, childEnv, run } from "./lib/run.mjs";
import { ensureRust } from "./lib/rust.mjs";
import { main, say, Trouble } from "./lib/say.mjs";

/** What CI runs where nothing is asked for. */
const DEFAULT_YEARS = "10";

/** The bugs, as changes to the sources. */
const PATCH = "tests/sim/planted.patch";

/** The simulation reads the values itself: a seed has 64 bits, and years may be a fraction. */
const OPTIONS = {
  seed: { type: "string" },
  years: { type: "string" },
  mode: { type: "choice", choices: ["safety", "liveness", "both"] },
  commit: { type: "string" },
  without: { type: "string" },
  "faulty-ms": { type: "string" },
  threads: { type: "string" },
  log: { type: "boolean" },
  mutants: { type: "boolean" },
  only: { type: "string" },
  all: { type: "boolean" },
  "same-in-debug": { type: "boolean" },
};

const OPTIMISED = "--profile=sim";

await main(async () => {
  ensureRust();
  const { "same-in-debug": compares, ...given } = readArgs(OPTIONS);
  if (compares) return sameInDebug(argsOf(given));
  const single = given.seed ?? given.years ?? given.log ?? given.mutants;
  const years = single === undefined ? DEFAULT_YEARS : given.years;
  const args = argsOf({ ...given, years, commit: given.commit ?? commit() });
  return (await simulate(OPTIMISED, args)).code;
});

/** The arguments that say the same to the simulation. */
function argsOf(values) {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return value === true ? [`--${name}`] : [`--${name}`, value];
  });
}

/** The same seed gives the same log byte for byte, whether the build is optimised or not. */
async function sameInDebug(args) {
  const logs = [];
  for (const profile of [OPTIMISED, "--profile=test"]) {
    const { code, output } = await simulate(profile, [...args, "--log"], { quiet: true });
    if (code !== 0) throw new Trouble(`The run failed with exit code ${code}.`);
    logs.push(output.split("\n").filter((line) => /^\d+d \d\d:/.test(line)));
  }
  const at = logs[0].findIndex((line, i) => line !== logs[1][i]);
  if (at >= 0 || logs[0].length !== logs[1].length) {
    throw new Trouble(`The logs differ from line ${at + 1} on:\n${logs[0][at]}\n${logs[1][at]}`);
  }
  say(`${logs[0].length} lines, the same in both builds`);
}

function simulate(profile, args, options = {}) {
  const mutants = args.includes("--mutants");
  const cwd = mutants ? plant() : root;
  const features = mutants ? ["--features", "planted-bugs"] : [];
  const cargo = ["test", "--quiet", profile, ...features, "--test", "sim", "--", ...args];
  const env = childEnv({ extra: { CARGO_TARGET_DIR: inRoot("target") } });
  return run("cargo", cargo, { env, cwd, ...options });
}

/** Bugs are planted in a copy of the sources, so that the sources read as they are. */
function plant() {
  const copy = join(cacheDir, "planted");
  rmSync(copy, { recursive: true, force: true });
  for (const part of ["Cargo.toml", "Cargo.lock", "src", "js/types", "tests"]) {
    cpSync(inRoot(part), join(copy, part), {
      recursive: true,
      filter: (file) => !file.includes("node_modules"),
    });
  }
  const into = `--directory=${relative(root, copy)}`;
  const { status } = spawnSync("git", ["apply", into, inRoot(PATCH)], {
    cwd: root,
    stdio: "inherit",
  });
  if (status === 0) return copy;
  throw new Trouble(`${PATCH} no longer fits the sources: mend the hunks that git names above.`);
}

function commit() {
  return ask("git", ["rev-parse", "HEAD"]) ?? "0";
}
