// How long the first request of a new session takes, from a warm container and from one that has to
// be started for it. FIRST_SESSIONS of each; times are told, not judged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atRest } from "./expect.mjs";
import { Server } from "./server.mjs";

const SESSIONS = Number(process.env.FIRST_SESSIONS ?? 3);
const KINDS = { cold: 0, warm: 3 };

const servers = {};

before(async () => {
  for (const [kind, warmTarget] of Object.entries(KINDS)) {
    servers[kind] = new Server(kind);
    await servers[kind].start({ OPTIONS: JSON.stringify({ warmTarget }) });
    await servers[kind].call("prime");
  }
});

after(async () => {
  for (const server of Object.values(servers)) await server.remove();
});

test(`the first request of ${SESSIONS} new sessions each, cold and warm`, async (t) => {
  // The first of all finds neither connection nor code in memory.
  for (const kind of Object.keys(KINDS)) await firstRequest(kind, "first of all");
  const times = { cold: [], warm: [] };
  for (let session = 1; session <= SESSIONS; session++) {
    // In turn, so that whatever else the machine does concerns both.
    for (const kind of Object.keys(KINDS)) {
      times[kind].push(await firstRequest(kind, `session ${session}`));
    }
  }
  for (const [kind, ms] of Object.entries(times)) {
    t.diagnostic(`${kind}: ${JSON.stringify(ms.map((one) => Math.round(one * 10) / 10))}`);
  }
  const { hits, misses } = await servers.warm.call("stats");
  assert.deepEqual({ hits, misses }, { hits: SESSIONS + 1, misses: 0 });
  const cold = await servers.cold.call("stats");
  assert.deepEqual([cold.hits, cold.misses], [0, SESSIONS + 1]);
});

/** How long it took, ms. Nothing else is under way meanwhile, and nothing is left of the session. */
async function firstRequest(kind, session) {
  const server = servers[kind];
  await atRest(server, { warm: KINDS[kind] });
  const askedAtMs = Date.now();
  const startedAt = performance.now();
  const { started_at: bootedAtMs } = await server.whoami(session);
  const ms = performance.now() - startedAt;
  assert.equal(bootedAtMs < askedAtMs, kind === "warm");
  assert.equal(await server.call("release", session), true);
  await atRest(server, { warm: KINDS[kind] });
  return ms;
}
