import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atRest, eventually, idsOf } from "./expect.mjs";
import { Server } from "./server.mjs";

const OPTIONS = {
  warmTarget: 2,
  maxInstances: 8,
  refreshInterval: 1000,
  startTimeout: 2000,
  queueTimeout: 2000,
  drainTimeout: 1000,
};

let server;

before(async () => {
  server = new Server("port");
  await server.start({ OPTIONS: JSON.stringify(OPTIONS) });
});

after(() => server?.remove());

test("containers whose port never opens do not pile up, and warm stock still serves", async () => {
  await server.whoami("alice");
  const good = await atRest(server, { warm: 2, assigned: 1 });
  await server.call("setManners", { env: { NEVER_LISTEN: "1" } });

  const warm = idsOf(good, "warm");
  assert.ok(warm.includes((await server.whoami("bob")).container));
  await eventually(async () => assert.equal((await server.call("stats")).breakerOpen, true));
  assert.ok(warm.includes((await server.whoami("carol")).container));
  await assert.rejects(server.call("claim", "dave"), ({ code }) =>
    ["start_failed", "start_timeout", "queue_timeout"].includes(code),
  );

  // Between two trials of the breaker, nothing but what is good runs.
  const ids = good.map(({ id }) => id);
  await eventually(async () => assert.deepEqual(await server.engine.running(), ids));
  assert.ok((await server.call("stats")).started <= OPTIONS.maxInstances * 2);

  await server.call("setManners", {});
  await eventually(() => server.whoami("dave"));
  await atRest(server, { warm: 2, assigned: 4 });
  assert.equal((await server.call("stats")).breakerOpen, false);
});
