// The ways in which a container ends.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { atRest, eventually, idsOf } from "./expect.mjs";
import { Server } from "./server.mjs";

const REFRESH_MS = 2000;
/** What a look, a call to the engine and the clock may add to two refreshes. */
const MARGIN_MS = 1000;

const OPTIONS = {
  warmTarget: 2,
  refreshInterval: REFRESH_MS,
  assignedCheckInterval: REFRESH_MS,
  drainTimeout: 2000,
};

let server;

beforeEach(async () => {
  server = new Server("end");
  await server.start({ OPTIONS: JSON.stringify(OPTIONS) });
});

afterEach(() => server?.remove());

test("a crash is reported, and the session's next request is answered by a new container", async () => {
  const crashed = await server.whoami("alice");
  await atRest(server, { warm: 2, assigned: 1 });
  assert.equal((await server.fetch("alice", "/crash")).status, 500);
  await eventually(async () => assert.equal((await server.call("stats")).reports, 1));

  const next = await server.whoami("alice");
  assert.notEqual(next.container, crashed.container);
  // The engine restarts what ends with an error, once, until workerd lets go of the object.
  const rows = await atRest(server, { warm: 2, assigned: 1 });
  assert.deepEqual(idsOf(rows, "assigned"), [next.container]);
});

test("a container killed from outside is noticed within two refreshes, though nobody reports it", async () => {
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
