import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { atRest, counts, engineAgrees, eventually } from "./expect.mjs";
import { Server } from "./server.mjs";

const REFRESH_MS = 2000;
const OPTIONS = {
  warmTarget: 3,
  refreshInterval: REFRESH_MS,
  assignedCheckInterval: REFRESH_MS,
};
const MORE = { ...OPTIONS, warmTarget: 5 };
/** A restarted pool keeps a stopped container in mind for twice its `startTimeout`. */
const BRIEF = { ...MORE, startTimeout: 8000 };

let server;

before(async () => {
  server = new Server("restart");
  await server.start({ OPTIONS: JSON.stringify(OPTIONS) });
});

after(() => server?.remove());

test("a process killed with containers warm, assigned and starting finds all of them again", async () => {
  const boots = [(await server.whoami("alice")).boot, (await server.whoami("bob")).boot];
  await atRest(server, { warm: 3, assigned: 2 });
  await server.call("setManners", { env: { START_DELAY_MS: "5000" } });
  await server.call("configure", MORE);
  await eventually(async () => assert.equal((await server.engine.running()).length, 7));
  const before = await engineAgrees(server);
  const killed = await counts(server);
  assert.deepEqual(killed, {
    warm: 3,
    assigned: 2,
    starting: 2,
    draining: 0,
    stopping: 0,
    total: 7,
  });
  await server.kill();
  assert.equal((await server.engine.running()).length, 7, "containers outlive the process");

  await server.start({ OPTIONS: JSON.stringify(MORE) });
  await sleep(2 * REFRESH_MS);
  const ids = (await engineAgrees(server)).map(({ id }) => id);
  assert.deepEqual(
    ids,
    before.map(({ id }) => id),
  );
  await atRest(server, { warm: 5, assigned: 2 });
  assert.deepEqual([(await server.whoami("alice")).boot, (await server.whoami("bob")).boot], boots);
});

test("an assignment whose container ended meanwhile ends, and the others stay", async () => {
  const [alice, bob] = [await server.whoami("alice"), await server.whoami("bob")];
  await atRest(server, { warm: 5, assigned: 2 });
  await server.call("configure", BRIEF);
  await server.kill();
  await server.engine.kill(alice.container);

  await server.start({ OPTIONS: JSON.stringify(BRIEF) });
  await sleep(2 * REFRESH_MS);
  const rows = (await server.call("rows")).filter(({ state }) => state !== "stopping");
  assert.deepEqual(
    await server.engine.running(),
    rows.map(({ id }) => id),
  );
  assert.ok(rows.every(({ session }) => session !== "alice"));
  assert.equal((await server.whoami("bob")).boot, bob.boot);
  assert.notEqual((await server.whoami("alice")).boot, alice.boot);
  await atRest(server, { warm: 5, assigned: 2 });
});
