// The class of cf-container-warm-pool is swapped for ours over the same storage.
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually, Server } from "./server.mjs";

const SESSIONS = ["alice", "bob", "carol", "dave", "eve"];
const OPTIONS = { warmTarget: 3, refreshInterval: 1000 };

/** Times after which the process is killed that takes the pool over. */
const KILLED_AFTER_MS = [0, 30, 100, 400];

let root;
let server;
/** What was there when the peer's process was killed: containers by session, and all of them. */
let held;
let runs;
/** How often a start had been asked for. */
let asked;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "cf-warm-pool-"));
  await mkdir(join(root, "peer"));
  server = await Server.over(join(root, "peer"), "peer.ts");
  // Its refill and its claims do not know of each other's starts, so the claims come first.
  held = await claimAll({ ...OPTIONS, warmTarget: 0 });
  await server.call("configure", OPTIONS);
  await eventually(async () => {
    assert.deepEqual(await server.call("stored"), { warm: 3, assigned: 5 });
  });
  ({ runs, asked } = await server.call("ledger"));
  assert.deepEqual(
    runs.map(({ running, starts }) => [running, starts]),
    runs.map(() => [true, 1]),
  );
  assert.equal(runs.length, 8);
  await server.kill();
});

afterEach(() => server?.kill());

after(() => rm(root, { recursive: true, force: true }));

test("the class swapped in tracks all eight, keeps the sessions, and starts and stops none", async () => {
  await swap("swapped");
  assert.deepEqual(await claimAll(OPTIONS), held);
  await checkTaken();
  // Two refreshes later, too.
  await pause(2500);
  await checkTaken();

  const newcomer = await server.call("claim", { session: "frank", options: OPTIONS });
  assert.ok(runs.some(({ name }) => name === newcomer));
  assert.ok(!held.includes(newcomer));
});

test("its own alarm takes the pool over where nobody calls", async () => {
  await swap("uncalled");
  await eventually(async () => assert.equal((await server.call("tracked")).length, 8));
  await checkTaken();
});

for (const ms of KILLED_AFTER_MS) {
  test(`a process killed ${ms} ms into taking the pool over loses nothing`, async () => {
    const folder = await swap(`killed after ${ms}`);
    const claims = claimAll(OPTIONS).catch(() => []);
    await pause(ms);
    await server.kill();
    await claims;

    server = await Server.over(folder);
    assert.deepEqual(await claimAll(OPTIONS), held);
    await checkTaken();
  });
}

/** Ours, over a copy of what the peer left. Returns where that is. */
async function swap(name) {
  const folder = join(root, name);
  await cp(join(root, "peer"), folder, { recursive: true });
  server = await Server.over(folder);
  return folder;
}

/** The names of the sessions' containers. */
async function claimAll(options) {
  const names = [];
  for (const session of SESSIONS) names.push(await server.call("claim", { session, options }));
  return names;
}

/** Those that ran are tracked and run, were started once, and nobody asked for a start since. */
async function checkTaken() {
  const { warm, assigned, total, gone } = await server.call("stats");
  assert.deepEqual({ warm, assigned, total, gone }, { warm: 3, assigned: 5, total: 8, gone: 0 });
  const ledger = await server.call("ledger");
  assert.deepEqual(ledger.runs, runs);
  assert.equal(ledger.asked, asked);
  assert.deepEqual(await server.call("tracked"), ids(runs));
  assert.deepEqual(await server.call("keys"), []);
}

function ids(containers) {
  return containers.map(({ id }) => id).sort();
}
