// The ways in which a container ends.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { atRest, eventually, idsOf } from "./expect.mjs";
import { CLASSES, Server } from "./server.mjs";

const REFRESH_MS = 2000;
/** What a look, a call to the engine and the clock may add to two refreshes. */
const MARGIN_MS = 1000;

const OPTIONS = {
  warmTarget: 2,
  refreshInterval: REFRESH_MS,
  assignedCheckInterval: REFRESH_MS,
  drainTimeout: 2000,
};

/** No look at a container is due before a test gives up. */
const NO_LOOKS = { refreshInterval: 3_600_000, assignedCheckInterval: 3_600_000 };

let server;

beforeEach(() => {
  server = new Server("end");
});

afterEach(() => server?.remove());

function start(options = {}) {
  return server.start({ OPTIONS: JSON.stringify({ ...OPTIONS, ...options }) });
}

for (const [kind, containerBinding] of CLASSES) {
  test(`a crash is reported, and the session's next request is on a new container: ${kind}`, async () => {
    await start({ containerBinding });
    await crash();
  });
}

async function crash() {
  const crashed = await server.whoami("alice");
  await atRest(server, { warm: 2, assigned: 1 });
  assert.equal((await server.fetch("alice", "/crash")).status, 500);
  await eventually(async () => assert.equal((await server.call("stats")).reports, 1));

  const next = await server.whoami("alice");
  assert.notEqual(next.container, crashed.container);
  // The engine restarts what ends with an error, once, until workerd lets go of the object.
  const rows = await atRest(server, { warm: 2, assigned: 1 });
  assert.deepEqual(idsOf(rows, "assigned"), [next.container]);
}

test("a pooled class that is killed from outside reports it, warm or assigned", async () => {
  await start(NO_LOOKS);
  const { container } = await server.whoami("alice");
  const [warm] = idsOf(await atRest(server, { warm: 2, assigned: 1 }), "warm");
  for (const [at, killed] of [warm, container].entries()) {
    await server.engine.kill(killed);
    await eventually(async () => {
      assert.ok((await server.call("rows")).every(({ id }) => id !== killed));
    });
    assert.equal((await server.call("stats")).reports, at + 1);
  }
  assert.notEqual((await server.whoami("alice")).container, container);
  await atRest(server, { warm: 2, assigned: 1 });
});

test("a container killed from outside is noticed within two refreshes, though nobody reports it", async () => {
  await start({ containerBinding: "PLAIN" });
  await server.call("setManners", { reports: false });
  const { container } = await server.whoami("alice");
  const [warm] = idsOf(await atRest(server, { warm: 2, assigned: 1 }), "warm");
  for (const killed of [warm, container]) {
    const killedAtMs = Date.now();
    await server.engine.kill(killed);
    await eventually(async () => {
      assert.ok((await server.call("rows")).every(({ id }) => id !== killed));
    });
    const ms = Date.now() - killedAtMs;
    assert.ok(ms < 2 * REFRESH_MS + MARGIN_MS, `it took ${ms} ms`);
  }
  assert.equal((await server.call("stats")).reports, 0);
  assert.notEqual((await server.whoami("alice")).container, container);
  await atRest(server, { warm: 2, assigned: 1 });
});

test("shutdownPrewarmed stops what is warm and leaves what a session has", async () => {
  await start();
  const { container, boot } = await server.whoami("alice");
  await atRest(server, { warm: 2, assigned: 1 });
  await server.call("shutdownPrewarmed");
  await atRest(server, { warm: 0, assigned: 1 });
  assert.deepEqual(await server.engine.running(), [container]);

  await sleep(2 * REFRESH_MS);
  await atRest(server, { warm: 0, assigned: 1 });
  assert.equal((await server.whoami("alice")).boot, boot);
  await server.whoami("bob");
  await atRest(server, { warm: 2, assigned: 2 });
});
