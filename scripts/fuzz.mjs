// `npm run fuzz -- [--seconds N] [--target T]`: builds the fuzz targets of fuzz/ and runs each for N
// seconds, guided by the code it reaches. What leads further is kept in .cache/fuzz/corpus; an input
// that fails is kept in .cache/fuzz/failures and named at the end.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { readArgs } from "./lib/args.mjs";
import { step } from "./lib/progress.mjs";
import { cacheDir, inRoot, root } from "./lib/project.mjs";
import { ensureRust } from "./lib/rust.mjs";
import { ask, childEnv, run } from "./lib/run.mjs";
import { heading, main, say } from "./lib/say.mjs";

const SECONDS_DEFAULT = 20;
const SECONDS_MAX = 24 * 3600;
/** Building on a small machine, SQLite included. */
const BUILD_LIMIT_MS = 15 * 60_000;
const BUILD_USUAL_MS = 120_000;

/** Longest input, bytes, where the engine's own bound of 4 KiB is more than a target has use for. */
const LENGTHS = { events: 400, identity: 1100, platform_error: 1000, request: 1200, rows: 2000 };

/** Where an input that fails is kept, and what the engine learned for the next run. */
const failuresDir = join(cacheDir, "fuzz", "failures");
const grownDir = join(cacheDir, "fuzz", "corpus");
const targetDir = join(cacheDir, "fuzz", "target");

/**
 * The compiler's coverage of blocks and comparisons, as cargo-fuzz asks for it. A stable compiler
 * has the pass too, and takes the flags when it is told to.
 */
const COVERAGE = [
  "--cfg fuzzing",
  "-Ccodegen-units=1",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

await main(async () => {
  const known = readdirSync(inRoot("fuzz", "targets")).map((file) => file.replace(/\.rs$/, ""));
  const { seconds, target: only } = readArgs({
    seconds: { type: "integer", min: 1, max: SECONDS_MAX, default: SECONDS_DEFAULT },
    target: { type: "choice", choices: known },
  });
  const targets = only ? [only] : known;
  ensureRust();
  const host = ask("rustc", ["-vV"])?.match(/^host: (.+)$/m)?.[1];
  await build(host, targets);

  const results = [];
  for (const target of targets) {
    heading(`${target}, ${seconds} s`);
    results.push({ target, ...(await fuzz(target, host, seconds)) });
  }
  return summary(results);
});

/** Builds with `--target`, so that the flags do not reach build scripts. */
async function build(host, targets) {
  const flags = {
    RUSTFLAGS: COVERAGE.join(" "),
    RUSTC_BOOTSTRAP: "1",
    CARGO_TARGET_DIR: targetDir,
  };
  const bins = targets.flatMap((target) => ["--bin", target]);
  const args = [
    "build",
    "--manifest-path",
    "fuzz/Cargo.toml",
    "--release",
    "--target",
    host,
    ...bins,
  ];
  const options = { env: childEnv({ extra: flags }), timeoutMs: BUILD_LIMIT_MS };
  await step("building fuzz targets", BUILD_USUAL_MS, (exec) => exec("cargo", args, options));
}

/** What one run came to. The corpus that is committed is only read. */
async function fuzz(target, host, seconds) {
  const [kept, grown, failures] = [
    inRoot("fuzz", "corpus", target),
    join(grownDir, target),
    join(failuresDir, target),
  ];
  rmSync(failures, { recursive: true, force: true });
  for (const folder of [grown, failures]) mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(grown));

  const args = [`-max_total_time=${seconds}`, "-timeout=10", "-print_final_stats=1"];
  args.push(`-artifact_prefix=${failures}/`, "-rss_limit_mb=2048", "-verbosity=1");
  if (LENGTHS[target]) args.push(`-max_len=${LENGTHS[target]}`);
  const program = join(targetDir, host, "release", target);
  const { code, output } = await run(program, [...args, grown, kept], {
    timeoutMs: (seconds + 120) * 1000,
    quiet: true,
  });

  const failed = readdirSync(failures).map((name) => join(failures, name));
  const panic = output.match(/panicked at .*\n.*/)?.[0];
  if (panic) say(panic);
  if (code !== 0 && failed.length === 0) say(output.slice(-2000));
  const added = readdirSync(grown).filter((name) => !before.has(name)).length;
  return { ...figures(output), added, failed, ok: code === 0 };
}

/** The engine's last line of progress, and its final figures. */
function figures(output) {
  const last = (pattern) => [...output.matchAll(pattern)].at(-1)?.[1];
  return {
    executions: Number(
      last(/^stat::number_of_executed_units: (\d+)/gm) ?? last(/^#(\d+)\t/gm) ?? 0,
    ),
    edges: Number(last(/\bcov: (\d+)/g) ?? 0),
  };
}

function summary(results) {
  heading("fuzzing");
  const width = Math.max(...results.map(({ target }) => target.length));
  for (const { target, executions, edges, added, failed, ok } of results) {
    const verdict = ok ? "no crash" : `CRASHED (${failed.length} kept)`;
    say(
      `${target.padEnd(width)}  ${executions} executions, ${edges} edges, ` +
        `${added} new in the corpus, ${verdict}`,
    );
  }
  const crashes = results.flatMap(({ target, failed }) => failed.map((file) => ({ target, file })));
  for (const { target, file } of crashes) {
    const shown = JSON.stringify(readFileSync(file).toString("utf8").slice(0, 200));
    say(
      `${target} fails with ${shown}: copy ${relative(root, file)} to fuzz/corpus/${target}/ under a telling name`,
    );
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
}
