// The benchmark runs and says what it is to say. How quick anything is, is not looked at.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { markdown } from "../../bench/report.mjs";
import { run } from "../../scripts/lib/run.mjs";

const BENCH = fileURLToPath(new URL("../../scripts/bench.mjs", import.meta.url));
const LIMIT_MS = 120_000;

test("a tiny run of one row measures every contender in it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "cf-warm-pool-bench-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const out = join(folder, "told.json");
  const args = [BENCH, "--only", "b", "--tiny", "--seed", "7", "--out", out];
  const { code, output } = await run(process.execPath, args, { quiet: true, timeoutMs: LIMIT_MS });
  assert.equal(code, 0, output);

  const told = JSON.parse(readFileSync(out, "utf8"));
  assert.equal(told.seed, 7);
  assert.equal(told.versions["cf-container-warm-pool"], "0.1.2");
  assert.deepEqual(Object.keys(told.rows), ["b"]);
  const { figures, targets } = told.rows.b;
  assert.deepEqual(Object.keys(figures[0].of), ["ours", "peer", "bridge", "empty"]);
  for (const { what, of } of figures) {
    for (const [name, { median, least, most, rounds }] of Object.entries(of)) {
      assert.ok(least >= 0 && least <= median && median <= most, `${what}, ${name}`);
      assert.equal(rounds.length, 1);
    }
  }
  // These do not hang on time.
  const reached = Object.fromEntries(targets.map(({ what, reached }) => [what, reached]));
  assert.equal(reached["rows to 100 sticky claims"], 0);
  assert.equal(reached["calls to the pool object, with the hint cache"], 0);

  const report = markdown(told);
  assert.match(report, /^# Benchmarks\n/);
  assert.match(report, /\| b \| rows to 100 sticky claims \| at most 0 \| 0 \| yes \|/);
});

test("an unknown row is refused in one sentence with the known ones", async () => {
  const { code, output } = await run(process.execPath, [BENCH, "--only", "z"], { quiet: true });
  assert.equal(code, 1);
  assert.match(output, /^\s*unknown row z of --only \(known: a, b, .*\)\s*$/);
});
