import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { eventually, Server } from "./server.mjs";

const SESSIONS = ["alice", "bob", "carol", "dave", "eve"];
// A stopped container whose start nobody remembers is kept in mind for twice the start timeout.
const OPTIONS = {
  startConcurrency: 20,
  startTimeout: 4000,
  refreshInterval: 1000,
  drainTimeout: 500,
};
const EMPTY = { ...OPTIONS, warmTarget: 0 };
const FULL = { ...OPTIONS, warmTarget: 20 };

let folder;
let server;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cf-warm-pool-"));
  server = await Server.over(folder);
});

afterEach(async () => {
  await server?.kill();
  await rm(folder, { recursive: true, force: true });
});

test("a process killed in the middle of 20 starts loses no container and no session", async () => {
  const before = await claimAll(EMPTY);
  await server.call("setFaults", { bootMs: 2000 });
  await server.call("configure", FULL);
  await eventually(async () => assert.equal((await ledger()).running.length, 25));
  const { asked } = await ledger();
  await restart();

  // Its own alarm wakes the pool, which asks for the 20 starts again, before anybody calls it.
  await eventually(async () => assert.equal((await ledger()).asked, asked + 20));
  await atRest();
  const { runs } = await ledger();
  assert.deepEqual(new Set(runs.map(({ starts }) => starts)), new Set([1]));
  assert.deepEqual(await claimAll(FULL), before);
});

test("a process killed again and again comes to rest when that ends", async () => {
  const before = await claimAll(EMPTY);
  await server.call("setFaults", { bootMs: [0, 500] });
  for (let round = 0; round < 4; round++) {
    await server.call("configure", round % 2 === 0 ? FULL : EMPTY);
    await new Promise((done) => setTimeout(done, Math.random() * 400));
    await restart();
  }
  await server.call("configure", FULL);

  await atRest();
  assert.deepEqual(await claimAll(FULL), before);
});

async function restart() {
  await server.kill();
  server = await Server.over(folder);
}

function ledger() {
  return server.call("ledger");
}

/** The names of the sessions' containers. */
function claimAll(options) {
  return Promise.all(SESSIONS.map((session) => server.call("claim", { session, options })));
}

/** 20 are warm, the sessions have theirs, and what runs is what is tracked. */
async function atRest() {
  await eventually(async () => {
    const { warm, assigned, total } = await server.call("stats");
    assert.deepEqual({ warm, assigned, total }, { warm: 20, assigned: 5, total: 25 });
    const running = (await ledger()).running.map(({ id }) => id).sort();
    assert.deepEqual(running, await server.call("tracked"));
  });
}
