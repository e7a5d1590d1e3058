import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { ask, childEnv, run } from "../../scripts/lib/run.mjs";

const RUN = fileURLToPath(new URL("../../scripts/lib/run.mjs", import.meta.url));

test("a program's exit code and both its streams come back", async () => {
  const result = await run("sh", ["-c", "echo out; echo err >&2; exit 3"], { quiet: true });
  assert.equal(result.code, 3);
  assert.deepEqual(result.output.trim().split("\n").sort(), ["err", "out"]);
});

test("a program that runs out of time is killed and has no exit code", async () => {
  const result = await run("sleep", ["60"], { quiet: true, timeoutMs: 50 });
  assert.equal(result.code, null);
});

test("a program that is missing is told in one sentence", async () => {
  await assert.rejects(
    run("no-such-program", [], { quiet: true }),
    /`no-such-program` is not installed/,
  );
  assert.equal(ask("no-such-program", []), null);
});

test("what a wasm build sees stays out of every other child's environment", () => {
  const wasm = childEnv({ extra: { RUSTC_BOOTSTRAP: "1" }, pathFirst: ["/first"] });
  assert.equal(wasm.RUSTC_BOOTSTRAP, "1");
  assert.ok(wasm.PATH.startsWith("/first:"));
  assert.equal(childEnv().RUSTC_BOOTSTRAP, process.env.RUSTC_BOOTSTRAP);
  assert.ok(!childEnv().PATH.startsWith("/first:"));
});

test("a stopped script leaves no grandchild running", async () => {
  const body =
    `const { run } = await import(${JSON.stringify(RUN)});` +
    `await run("sh", ["-c", "trap '' TERM; sleep 60 & echo $!; wait"]);`;
  const script = spawn(process.execPath, ["--input-type=module", "--eval", body]);
  const [line] = await once(script.stdout, "data");
  const grandchild = Number(line);
  assert.ok(isRunning(grandchild));
  script.kill("SIGTERM");
  const [code] = await once(script, "exit");
  assert.equal(code, 143);
  assert.ok(await ends(grandchild));
});

/** A killed process is gone once whoever adopted it has taken note. */
async function ends(pid) {
  for (let tries = 0; tries < 100; tries++) {
    if (!isRunning(pid)) return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}

function isRunning(pid) {
  const state = ask("ps", ["-o", "stat=", "-p", String(pid)]);
  return state !== null && state !== "" && !state.startsWith("Z");
}
