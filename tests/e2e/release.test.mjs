// What is left of a session in real containers when it has left, under each policy.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { atRest, engineAgrees, eventually, idsOf } from "./expect.mjs";
import { CLASSES, IDENTITY, Server } from "./server.mjs";

/** One container, so that the next session gets what the last one left. */
const OPTIONS = {
  warmTarget: 1,
  maxInstances: 1,
  refreshInterval: 2000,
  drainTimeout: 2000,
  queueTimeout: 30_000,
};

/** No test takes as long. */
const LONG_MS = 900_000;

let server;

beforeEach(() => {
  server = new Server("release");
});

afterEach(() => server?.remove());

function start(options) {
  return server.start({ OPTIONS: JSON.stringify({ ...OPTIONS, ...options }) });
}

/** Alice leaves a file and gives her container up; answers what she had, and what Bob gets. */
async function handOver(onRelease, containerBinding = "CONTAINER") {
  await start({ onRelease, containerBinding });
  await server.call("prime");
  await atRest(server, { warm: 1 });
  const hers = await server.whoami("alice");
  await server.fetch("alice", "/files/secret", { method: "PUT", body: "alice's" });
  assert.equal(await (await server.fetch("alice", "/files/secret")).text(), "alice's");
  assert.equal(await server.call("release", "alice"), true);
  await atRest(server, { warm: 1 });
  const his = await server.whoami("bob");
  assert.equal((await server.fetch("bob", "/files/secret")).status, 404);
  return { hers, his, stats: await server.call("stats") };
}

test("destroy: the next session gets another container", async () => {
  const { hers, his } = await handOver("destroy");
  assert.notEqual(his.container, hers.container);
  assert.notEqual(his.boot, hers.boot);
});

for (const [kind, containerBinding] of CLASSES) {
  test(`restart: the same container, with a new boot id and none of the files: ${kind}`, async () => {
    const { hers, his, stats } = await handOver("restart", containerBinding);
    assert.equal(his.container, hers.container);
    assert.notEqual(his.boot, hers.boot);
    assert.equal(stats.restarts, 1);
  });
}

test("reset: the same container and boot, with none of the files", async () => {
  const { hers, his, stats } = await handOver("reset");
  assert.deepEqual([his.container, his.boot], [hers.container, hers.boot]);
  assert.equal(stats.resets, 1);
});

test("a request does not start a container again that the pool has let go", async () => {
  const { hers, his } = await handOver("destroy");
  assert.equal(await server.call("statusOf", his.container), 200);
  assert.equal(await server.call("statusOf", hers.container), 503);
  assert.deepEqual(idsOf(await engineAgrees(server), "assigned"), [his.container]);
});

test("a release waits for a request under way, and not for long after it", async () => {
  await start({ drainTimeout: LONG_MS });
  const { container } = await server.whoami("alice");
  const streamed = await server.fetch("alice", "/stream?chunks=2&ms=3000", IDENTITY);
  assert.equal(await server.call("release", "alice"), true);
  assert.deepEqual(idsOf(await engineAgrees(server), "draining"), [container]);
  assert.equal(await streamed.text(), "chunk 1 of 2\nchunk 2 of 2\n");
  const rows = await atRest(server, { warm: 1 });
  assert.ok(!idsOf(rows, "warm").includes(container));
});

test("a request that is never answered ends with its container, when that was given its time", async () => {
  await start({ drainTimeout: 1000 });
  const { container } = await server.whoami("alice");
  const ended = server.fetch("alice", "/hang").then(({ status }) => status);
  await eventually(async () => {
    const { inFlight } = await server.call("state", "alice");
    assert.equal(inFlight, 1);
  });
  assert.equal(await server.call("release", "alice"), true);
  assert.deepEqual(idsOf(await engineAgrees(server), "draining"), [container]);
  assert.equal(await ended, 500);
  const rows = await atRest(server, { warm: 1 });
  assert.ok(!idsOf(rows, "warm").includes(container));
});

test("a shut-down ends every container, those of sessions too", async () => {
  await start({ warmTarget: 2, maxInstances: 0 });
  await server.whoami("alice");
  const rows = await atRest(server, { warm: 2, assigned: 1 });
  assert.equal(idsOf(rows, "assigned").length, 1);
  await server.call("shutdown");
  await atRest(server, { warm: 0 });
  assert.deepEqual(await server.engine.running(), []);
});
