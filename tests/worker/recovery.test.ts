import { abortAllDurableObjects } from "cloudflare:test";
import { expect, test } from "vitest";
import type { PoolOptions } from "../../dist/index.js";
import { codeOf, eventually, ledger, sessions, setFaults, TestPool } from "./harness.ts";

const WAYS: [string, (pool: TestPool) => Promise<void>][] = [
  ["evicted", (pool) => pool.evict()],
  ["aborted", (pool) => pool.abort()],
  ["reset with all its containers, as by a deploy", () => abortAllDurableObjects()],
];
const CONFIG = { startConcurrency: 20, startTimeout: 20_000, drainTimeout: 500 };

test.each(WAYS)("a pool %s in the middle of 20 starts loses no container", async (_, throwAway) => {
  const pool = new TestPool({ ...CONFIG, warmTarget: 0 });
  const before = await Promise.all(sessions(5).map((session) => pool.claim(session)));
  await inTheMiddleOf20Starts(pool);
  await throwAway(pool);

  await twoWakeUps(pool);
  const tracked = await pool.tracked();
  for (const { id } of (await ledger()).running) expect(tracked).toContain(id);
  await pool.atRest(20);
  const { running, runs } = await ledger();
  expect(running.map(({ id }) => id).sort()).toEqual(await pool.tracked());
  expect(runs.every(({ starts }) => starts === 1)).toBe(true);
  const after = await Promise.all(sessions(5).map((session) => pool.claim(session)));
  expect(after).toEqual(before);
});

test.each(WAYS)("a pool %s again and again comes to rest when that ends", async (_, throwAway) => {
  const pool = new TestPool({ ...CONFIG, warmTarget: 20 });
  await setFaults({ bootMs: [0, 300] });
  const containers = new Set<string>();
  for (let round = 0; round < 8; round++) {
    await eventually(async () => containers.add(await pool.claim("alice")));
    await throwAway(pool);
  }

  await pool.wake();
  await pool.atRest(20);
  expect(containers.size).toBe(1);
  expect((await ledger()).running.map(({ id }) => id).sort()).toEqual(await pool.tracked());
});

test("starts that fail or hang while nobody remembers them are not forgotten", async () => {
  const config = { ...CONFIG, startTimeout: 2000 };
  const pool = new TestPool({ ...config, warmTarget: 0 });
  await pool.claim("alice");
  await setFaults({
    starts: [
      { kind: "fail_running", message: "the container is not listening" },
      { kind: "hang_running" },
      { kind: "hang" },
      { kind: "lost_answer" },
    ],
  });
  await inTheMiddleOf20Starts(pool, 19, config);
  await pool.abort();

  await twoWakeUps(pool);
  await pool.atRest(20);
  expect((await ledger()).running.map(({ id }) => id).sort()).toEqual(await pool.tracked());
});

test("a claim in the air when the pool dies ends, and the next one is served", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  await setFaults({ bootMs: 1000 });
  const claim = codeOf(pool.claim("alice"));
  await eventually(async () => expect((await ledger()).running).toHaveLength(1));
  await pool.abort();

  expect(await claim).toBe("pool_unavailable");
  const container = await pool.claim("alice");
  const { running } = await ledger();
  expect(running.map(({ name }) => name)).toContain(container);
  expect(running.map(({ id }) => id).sort()).toEqual(await pool.tracked());
});

test("a stop that was asked for is finished after the pool has lost its memory", async () => {
  const pool = new TestPool({ warmTarget: 5 });
  await pool.claim("alice");
  await pool.atRest(5);
  await pool.client.shutdownPrewarmed();
  await pool.abort();

  await twoWakeUps(pool);
  await pool.atRest(0);
  expect((await ledger()).running).toHaveLength(1);
});

/** Raises the target to 20 and returns when as many `instances` boot. */
async function inTheMiddleOf20Starts(
  pool: TestPool,
  instances = 20,
  config: PoolOptions = CONFIG,
): Promise<void> {
  const { running } = await ledger();
  await setFaults({ bootMs: 1500 });
  await pool.object.configure({ ...config, warmTarget: 20, containerBinding: "CONTAINER" });
  await eventually(async () =>
    expect((await ledger()).running.length).toBeGreaterThanOrEqual(running.length + instances),
  );
}

async function twoWakeUps(pool: TestPool): Promise<void> {
  for (let i = 0; i < 2; i++) expect(await pool.wake()).toBe(true);
}
