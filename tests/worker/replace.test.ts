import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { WarmPoolConfig } from "../../dist/index.js";
import { eventually, get, kill, ledger, setFaults, TestPool, times } from "./harness.ts";

const OLD: WarmPoolConfig = { warmTarget: 3, revision: "one", revisionOrder: 1 };
const NEW: WarmPoolConfig = { warmTarget: 3, revision: "two", revisionOrder: 2 };

/** A pool of the old revision, filled, and the names of its containers. */
async function filled(config: WarmPoolConfig = OLD): Promise<{ pool: TestPool; old: string[] }> {
  const pool = new TestPool(config);
  await pool.client.prime();
  await pool.atRest(3);
  const old = (await ledger()).running.map(({ name }) => name);
  return { pool, old };
}

test("a new revision replaces the warm ones, the new ones first, and leaves sessions alone", async () => {
  const { pool, old } = await filled();
  const alices = await pool.claim("alice");
  await pool.atRest(3);
  await pool.clientWith(NEW).prime();

  await eventually(async () => {
    expect(await pool.object.getStats()).toMatchObject({ warm: 3, total: 4, replacements: 3 });
  });
  const running = (await ledger()).running.map(({ name }) => name);
  expect(running.filter((name) => old.includes(name))).toEqual([alices]);
  // Three warm ones, one of a session, and one beyond them at a time.
  expect((await ledger()).maxRunning).toBeLessThanOrEqual(5);
  expect(await pool.clientWith(NEW).getContainer("alice")).toMatchObject({ name: alices });
});

test("a container past its age is replaced, and one of a session stays", async () => {
  const { pool, old } = await filled({ warmTarget: 3, containerTtl: 3_600_000 });
  const alices = await pool.claim("alice");
  await pool.atRest(3);
  await runInDurableObject(pool.object, (_, { storage }) => {
    storage.sql.exec("UPDATE container SET created_at_ms = created_at_ms - 7200000");
  });
  await pool.evict();
  await pool.wake();

  await eventually(async () => {
    expect(await pool.stats()).toMatchObject({ warm: 3, expirations: 3, total: 4 });
  });
  const running = (await ledger()).running.map(({ name }) => name);
  expect(running.filter((name) => old.includes(name))).toEqual([alices]);
  expect(await pool.claim("alice")).toBe(alices);
});

test("no container of an earlier revision is handed out", async () => {
  const { pool, old } = await filled();
  await setFaults({ bootMs: 300 });
  const { name } = await pool.clientWith(NEW).getContainer("alice");
  expect(old).not.toContain(name);
});

test("an older client does not push its revision or its configuration back", async () => {
  const { pool } = await filled();
  await pool.clientWith({ ...NEW, warmTarget: 2 }).prime();
  await pool.clientWith(OLD).getContainer("bob");

  await eventually(async () => {
    expect(await pool.object.getStats()).toMatchObject({
      warm: 2,
      config: { revision: "two", warmTarget: 2 },
      passedOver: 1,
    });
  });
});

test("a new revision that does not start stops the rollout, and the old ones serve", async () => {
  const { pool, old } = await filled();
  await setFaults({ starts: times(50, { kind: "fail", message: "no such image" }) });
  await pool.clientWith(NEW).prime();
  await eventually(async () => {
    expect(await pool.object.getStats()).toMatchObject({ breakerOpen: true, warm: 3 });
  });

  const { name } = await pool.clientWith(NEW).getContainer("alice");
  expect(old).toContain(name);

  await setFaults({ starts: [] });
  await pool.clientWith({ ...NEW, revision: "three", revisionOrder: 3 }).prime();
  await eventually(async () => {
    expect(await pool.object.getStats()).toMatchObject({ warm: 3, breakerOpen: false });
    const running = (await ledger()).running.map(({ name }) => name);
    expect(running.filter((name) => old.includes(name))).toHaveLength(1);
  });
});

test("a container that fails its health path is not warm, and one that comes to fail it is replaced", async () => {
  const config: WarmPoolConfig = {
    warmTarget: 1,
    refreshInterval: 1000,
    health: { path: "/health", timeout: 500 },
  };
  await setFaults({ health: { of: "all", status: 503 } });
  const pool = new TestPool(config);
  await pool.client.prime();
  await eventually(async () => {
    const stats = await pool.stats();
    expect(stats.warm).toBe(0);
    expect(stats.lastError?.message).toBe("GET /health was answered with status 503");
  });

  await setFaults({ health: null });
  await eventually(async () => expect(await pool.stats()).toMatchObject({ warm: 1 }));
  const [first] = (await ledger()).running;
  await setFaults({ health: { of: [first!.name], status: 500 } });
  await eventually(async () => {
    const running = (await ledger()).running.map(({ name }) => name);
    expect(running).not.toContain(first!.name);
    expect(await pool.stats()).toMatchObject({ warm: 1 });
  });
  const { healthFailures } = await pool.stats();
  expect(healthFailures).toEqual({ liveness: 0, readiness: 2, resources: 0 });
});

test("a container that uses more than it may is replaced", async () => {
  const health = { path: "/health", maxMemoryRatio: 0.9, maxCpuRatio: 0.8 };
  const pool = new TestPool({ warmTarget: 1, refreshInterval: 1000, health });
  await pool.client.prime();
  await pool.atRest(1);
  const [first] = (await ledger()).running;
  await setFaults({ health: { of: [first!.name], memory_used_ratio: 0.95 } });

  await eventually(async () => {
    expect(await pool.stats()).toMatchObject({ warm: 1, healthFailures: { resources: 2 } });
    expect((await ledger()).running.map(({ name }) => name)).not.toContain(first!.name);
  });
});

test("the container of a session is not asked at its health path", async () => {
  const pool = new TestPool({
    warmTarget: 0,
    assignedCheckInterval: 1000,
    health: { path: "/health" },
  });
  const container = await pool.claim("alice");
  const asked = (await ledger()).healthRequests;
  const { probes } = await ledger();
  await eventually(async () => expect((await ledger()).probes).toBeGreaterThan(probes));
  expect((await ledger()).healthRequests).toBe(asked);
  expect((await get(container, "/whoami")).status).toBe(200);
});

test("a pool comes back to its target by itself after its object was reset and its containers died", async () => {
  const { pool, old } = await filled({ warmTarget: 3, refreshInterval: 1000 });
  await pool.abort();
  for (const name of old) await kill(name);
  await pool.wake();

  await eventually(async () => {
    const running = (await ledger()).running.map(({ name }) => name);
    expect(running).toHaveLength(3);
    expect(running.filter((name) => old.includes(name))).toEqual([]);
  });
});

test("priming again doubles nothing", async () => {
  const { pool } = await filled();
  await Promise.all(Array.from({ length: 20 }, () => pool.client.prime()));
  await pool.evict();
  await pool.client.prime();
  await pool.atRest(3);
  expect(await ledger()).toMatchObject({ starts: 3, maxRunning: 3 });
});

test("priming fills a pool that refills at refreshes at once", async () => {
  const pool = new TestPool({ warmTarget: 2, refill: "interval", refreshInterval: 3_600_000 });
  await pool.client.prime();
  await pool.atRest(2);
});
