import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { bindgenMismatches, ensureBindgen, mismatchOf } from "../../scripts/lib/bindgen.mjs";
import { RUST_WORKER_FOLDERS } from "../../scripts/lib/project.mjs";

test("bindgen has the version of wasm-bindgen in each lock file", () => {
  assert.deepEqual(bindgenMismatches([".", ...RUST_WORKER_FOLDERS]), []);
});

test("another version of wasm-bindgen is reported with what to do", () => {
  assert.deepEqual(mismatchOf(".", "0.2.130", "0.2.130"), []);
  assert.deepEqual(mismatchOf("example/rust", "0.2.131", "0.2.130"), [
    "example/rust/Cargo.lock has wasm-bindgen 0.2.131, but bindgen is 0.2.130 " +
      '(set "=0.2.131" in scripts/bindgen/Cargo.toml and run `cargo update` there)',
  ]);
});

test("bindgen refuses what it does not know, and names the cause", async () => {
  const bindgen = await ensureBindgen();
  const folder = mkdtempSync(join(tmpdir(), "cf-warm-pool-bindgen-"));
  const run = (...args) => {
    const { status, stderr } = spawnSync(bindgen, args, { encoding: "utf8" });
    return [status, stderr.trim()];
  };
  const out = join(folder, "out");
  const missing = join(folder, "missing.wasm");
  const cause = "No such file or directory (os error 2)";
  assert.deepEqual(run(missing, "--out-dir", out), [
    1,
    `bindgen failed: failed reading '${missing}'\n  because: ${cause}`,
  ]);
  assert.deepEqual(run(missing), [
    1,
    "bindgen failed: missing option --out-dir (the folder of the output)",
  ]);
  assert.deepEqual(run("--out-dir", out, "--target", "web"), [
    1,
    "bindgen failed: unknown target web (only module is known)",
  ]);
  assert.deepEqual(run("--debug"), [1, "bindgen failed: invalid option '--debug'"]);
  assert.equal(existsSync(out), false);
  rmSync(folder, { recursive: true });
});
