// `npm run sim -- [--seed S] [--years N] [--mode safety|liveness|both] [--log] [--commit HASH]
// [--mutants [--only NAME]] [--same-in-debug]`: the simulation of tests/sim, optimised. Without a
// seed it is taken from the commit.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { cacheDir, inRoot, root } from "./lib/project.mjs";
import { ask, childEnv, run } from "./lib/run.mjs";
import { ensureRust } from "./lib/rust.mjs";
import { main, say, Trouble } from "./lib/say.mjs";

/** What CI runs where nothing is asked for. */
const DEFAULT_YEARS = "10";

/** The bugs, as changes to the sources. */
const PATCH = "tests/sim/planted.patch";

const SAME_IN_DEBUG = "--same-in-debug";

const OPTIMISED = "--profile=sim";

await main(async () => {
  ensureRust();
  const args = process.argv.slice(2);
  if (args.includes(SAME_IN_DEBUG)) return sameInDebug(args.filter((arg) => arg !== SAME_IN_DEBUG));
  if (!args.includes("--commit")) args.push("--commit", commit());
  const single = ["--seed", "--years", "--log", "--mutants"].some((flag) => args.includes(flag));
  if (!single) args.push("--years", DEFAULT_YEARS);
  return (await simulate(OPTIMISED, args)).code;
});

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
