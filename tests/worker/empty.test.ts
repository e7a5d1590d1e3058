import { expect, test } from "vitest";
import { codeOf, errorOf, eventually, ledger, sessions, setFaults, TestPool } from "./harness.ts";

/** A session that uses its container for 20 ms and gives it up. */
async function visit(pool: TestPool, session: string): Promise<void> {
  await pool.claim(session);
  await new Promise((done) => setTimeout(done, 20));
  await pool.client.releaseContainer(session);
}

test("a burst of 50 that waits for 5 containers to come back needs no more than 6", async () => {
  const pool = new TestPool({ warmTarget: 5, whenEmpty: "wait", onRelease: "reset" });
  await pool.client.prime();
  await pool.atRest(5);
  await setFaults({ bootMs: 1500 });

  await Promise.all(sessions(50).map((session) => visit(pool, session)));
  await pool.atRest(5);
  expect((await ledger()).runs.length).toBeLessThanOrEqual(6);
  expect(await pool.stats()).toMatchObject({ releases: 50, errors: 0 });
});

test("a burst of 50 that starts what it needs starts no more than 50 and the target", async () => {
  const pool = new TestPool({ warmTarget: 5, onRelease: "reset", startConcurrency: 20 });
  await pool.client.prime();
  await pool.atRest(5);
  await setFaults({ bootMs: 1500 });

  await Promise.all(sessions(50).map((session) => visit(pool, session)));
  await pool.atRest(5);
  expect((await ledger()).runs.length).toBeLessThanOrEqual(55);
});

test("a session that waits is refused after queueTimeout when nothing comes back", async () => {
  const pool = new TestPool({ warmTarget: 1, whenEmpty: "wait", queueTimeout: 300 });
  await pool.claim("alice");
  await setFaults({ bootMs: 60_000 });
  expect(await codeOf(pool.claim("bob"))).toBe("queue_timeout");
  expect((await ledger()).runs.length).toBeLessThanOrEqual(3);
});

test("a session that must not wait is refused at once, and fills the pool for the next", async () => {
  const pool = new TestPool({ warmTarget: 1, whenEmpty: "fail" });
  const error = await errorOf(pool.claim("alice"));
  expect(error).toMatchObject({ code: "capacity_exhausted", status: 503, retryAfterMs: 1000 });

  await pool.atRest(1);
  await pool.claim("alice");
  expect(await pool.stats()).toMatchObject({ hits: 1, errors: 1 });
});

test("where no warm ones are kept a session has one started, whatever whenEmpty says", async () => {
  for (const whenEmpty of ["wait", "fail"] as const) {
    await new TestPool({ warmTarget: 0, whenEmpty }).claim("alice");
    await new TestPool({ enabled: false, whenEmpty }).claim("alice");
  }
});

test("a caller that goes away takes nothing, and the start serves who waits next", async () => {
  const pool = new TestPool({ warmTarget: 0, maxInstances: 1 });
  await setFaults({ bootMs: 500 });
  const leaving = new AbortController();
  const alices = pool.client.getContainer("alice", { signal: leaving.signal });
  await eventually(async () => expect(await pool.stats()).toMatchObject({ waiting: 1 }));
  const bobs = pool.claim("bob");
  leaving.abort(new Error("gone for lunch"));

  expect((await errorOf(alices)).message).toBe("gone for lunch");
  await bobs;
  expect(await ledger()).toMatchObject({ starts: 1 });
  expect(await pool.stats()).toMatchObject({ callersLeft: 1, assigned: 1, claims: 1 });
});

test("a caller that is gone before it asks asks for nothing", async () => {
  const pool = new TestPool();
  const gone = AbortSignal.abort(new Error("never mind"));
  const claim = pool.client.getContainer("alice", { signal: gone });
  expect((await errorOf(claim)).message).toBe("never mind");
  expect(await pool.stats()).toMatchObject({ total: 0, primed: false });
});

test("one of two callers of a session goes away, and the other is served", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  await setFaults({ bootMs: 500 });
  const leaving = new AbortController();
  const first = pool.client.getContainer("alice", { signal: leaving.signal });
  const second = pool.claim("alice");
  await eventually(async () => expect(await pool.stats()).toMatchObject({ waiting: 1 }));
  leaving.abort();

  await errorOf(first);
  await second;
  expect(await pool.stats()).toMatchObject({ callersLeft: 1, misses: 1, claims: 1 });
});
