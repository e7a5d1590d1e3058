import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { eventually } from "./expect.mjs";
import { Server } from "./server.mjs";

// As `npm start` runs it: the default Worker, over the demo's container class.
const CONFIG = join(import.meta.dirname, "../../wrangler.containers.jsonc");
const KEY = "e2e";
/** Sooner than its pool looks at the containers of sessions, which is once a minute. */
const SOON_MS = 5000;

let server;

before(async () => {
  server = new Server("fill", CONFIG);
  await server.start({ WARM_POOL_API_KEY: KEY });
});

after(() => server?.remove());

test("a pool of 3 fills, answers a new session from a container that ran before, and refills", async (t) => {
  const [cold, coldMs] = await timed(() => server.fetch("cold", "/whoami"));
  assert.equal(cold.headers.get("x-warm-pool"), "miss");
  await filled();

  const runBefore = await server.engine.running();
  const warmMs = [];
  for (const session of ["alice", "bob", "carol"]) {
    const askedAtMs = Date.now();
    const [response, ms] = await timed(() => server.fetch(session, "/whoami"));
    const { container, started_at, session: told } = await response.json();
    assert.equal(response.headers.get("x-warm-pool"), "hit");
    assert.equal(told, session);
    assert.ok(started_at < askedAtMs, "it ran before it was asked for");
    assert.ok(runBefore.includes(container));
    warmMs.push(ms);
  }
  t.diagnostic(`first request: ${coldMs} ms cold, ${warmMs.join(", ")} ms warm`);

  const { available, in_use } = await filled();
  assert.deepEqual({ available, in_use }, { available: 3, in_use: 4 });
  assert.equal((await server.engine.running()).length, 7);
});

test("the demo's image has at most 5 MB", async (t) => {
  const { container } = await server.whoami("alice");
  const bytes = await server.engine.imageBytes(container);
  t.diagnostic(`${bytes} bytes`);
  assert.ok(bytes > 0 && bytes <= 5_000_000, `it has ${bytes} bytes`);
});

test("the default Worker's pool hears of a crash at once, and not by looking", async () => {
  const { container } = await server.whoami("dave");
  const { in_use } = await filled();
  assert.equal((await server.fetch("dave", "/crash")).status, 500);
  const crashedAtMs = Date.now();
  await eventually(async () => assert.equal((await status()).in_use, in_use - 1));
  assert.ok(Date.now() - crashedAtMs < SOON_MS);

  const next = await server.fetch("dave", "/whoami");
  assert.equal(next.headers.get("x-warm-pool"), "hit");
  assert.notEqual((await next.json()).container, container);
});

/** A response whose body has arrived, and how long that took, ms. */
async function timed(request) {
  const startedAt = performance.now();
  const response = await request();
  const body = await response.arrayBuffer();
  return [new Response(body, response), Math.round(performance.now() - startedAt)];
}

function filled() {
  return eventually(async () => {
    const pool = await status();
    assert.equal(pool.available, 3);
    return pool;
  });
}

async function status() {
  const { pools } = await server.ask("/api/v1/warm-pool/status", { "x-api-key": KEY });
  return pools.default;
}
