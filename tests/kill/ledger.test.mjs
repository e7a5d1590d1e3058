// The ledger notices what must not be, whoever does it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Chance } from "./chance.mjs";
import { Events } from "./events.mjs";
import { Ledger } from "./ledger.mjs";

let events;
let ledger;

beforeEach(() => {
  events = new Events();
  ledger = new Ledger({ events, chance: new Chance(1), maxInstances: 2 });
  ledger.calm();
});

test("one container to a session is as it should be", async () => {
  await startAll("one", "other");
  ledger.serve({ id: "one", session: "alice" });
  ledger.serve({ id: "one", session: "alice" });
  ledger.serve({ id: "other", session: "bob" });
  assert.deepEqual(events.violations, []);
});

test("a session with two containers is noticed, unless the first has ended or was given up", async () => {
  await startAll("one", "other");
  ledger.serve({ id: "one", session: "alice" });
  ledger.giveUp("one");
  ledger.serve({ id: "other", session: "alice" });
  ledger.crash("other");
  await startAll("third");
  ledger.serve({ id: "third", session: "alice" });
  assert.deepEqual(events.violations, []);
  await ledger.destroy({ id: "one" });
  await startAll("fourth");
  ledger.serve({ id: "fourth", session: "alice" });
  assert.match(events.violations.join(), /^a session has two containers alice third fourth/);
});

test("a container with two sessions is noticed", async () => {
  await startAll("one");
  ledger.serve({ id: "one", session: "alice" });
  ledger.serve({ id: "one", session: "bob" });
  assert.match(events.violations.join(), /^a container serves two sessions one bob alice/);
});

test("a container that was let go, started again and handed out is noticed", async () => {
  await startAll("one");
  await ledger.destroy({ id: "one" });
  await startAll("one");
  ledger.serve({ id: "one", session: "alice" });
  assert.match(events.violations.join(), /^a container serves that was let go/);
});

test("more containers than may exist are noticed", async () => {
  await startAll("one", "other", "third");
  assert.match(events.violations.join(), /^3 of 2 containers run/);
});

test("a machine that was asked for comes although nobody waits for it, and serves nobody when gone", async () => {
  const start = ledger.start({ id: "one" });
  assert.deepEqual(ledger.running(), []);
  await start;
  assert.deepEqual(ledger.running(), ["one"]);
  await ledger.destroy({ id: "one" });
  assert.deepEqual(ledger.serve({ id: "one", session: "alice" }), { served: false });
});

async function startAll(...ids) {
  await Promise.all(ids.map((id) => ledger.start({ id })));
}
