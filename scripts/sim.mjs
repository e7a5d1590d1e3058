// `npm run sim -- [--seed S] [--years N] [--mode safety|liveness|both] [--log] [--commit HASH]
// [--mutants [--only NAME]] [--same-in-debug]`: the simulation of tests/sim, optimised. Without a
// seed it is taken from the commit.
import { readArgs } from "./lib/args.mjs";
import { ask, childEnv, run } from "./lib/run.mjs";
import { ensureRust, PLANTED } from "./lib/rust.mjs";
import { main, say, Trouble } from "./lib/say.mjs";

/** What CI runs where nothing is asked for. */
const DEFAULT_YEARS = "10";

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

async function simulate(profile, args, options = {}) {
  const cargo = ["test", "--quiet", profile, "--test", "sim", "--", ...args];
  if (!args.includes("--mutants")) return run("cargo", cargo, options);
  // The library has the same file name with and without bugs: neither may be left for the other.
  forgetLibrary(profile);
  try {
    return await run("cargo", cargo, { env: childEnv({ extra: PLANTED }), ...options });
  } finally {
    forgetLibrary(profile);
  }
}

function forgetLibrary(profile) {
  if (ask("cargo", ["clean", "--quiet", profile, "--package", "cf-warm-pool"]) !== null) return;
  throw new Trouble("cargo could not remove the last build of the library.");
}

function commit() {
  return ask("git", ["rev-parse", "HEAD"]) ?? "0";
}
