import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { atRest, eventually, idsOf } from "./expect.mjs";
import { Server } from "./server.mjs";

const SLEEP_AFTER_MS = 4000;
const OPTIONS = { warmTarget: 2, refreshInterval: 1000, assignedCheckInterval: 1000 };

let server;

before(async () => {
  server = new Server("sleep");
  await server.start({ OPTIONS: JSON.stringify(OPTIONS) });
  await server.call("setManners", { sleepAfter: `${SLEEP_AFTER_MS / 1000}s` });
});

after(() => server?.remove());

test("a warm container outlives its sleepAfter, an idle one of a session does not", async () => {
  const { container } = await server.whoami("alice");
  const warm = idsOf(await atRest(server, { warm: 2, assigned: 1 }), "warm");
  const idleAtMs = Date.now();
  await eventually(async () => assert.equal((await server.call("stats")).assigned, 0));
  const idleMs = Date.now() - idleAtMs;
  assert.ok(idleMs > SLEEP_AFTER_MS / 2, `it slept after ${idleMs} ms`);
  assert.equal((await server.call("stats")).reports, 1);

  await sleep(Math.max(0, 3 * SLEEP_AFTER_MS - idleMs));
  assert.deepEqual(idsOf(await atRest(server, { warm: 2 }), "warm"), warm);
  const next = await server.whoami("alice");
  assert.notEqual(next.container, container);
  assert.ok(warm.includes(next.container));
});
