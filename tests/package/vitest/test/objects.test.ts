import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { createWarmPool, getWarmPool, WarmPool } from "cf-warm-pool";
import { expect, test, vi } from "vitest";
import { MyContainer, type Env } from "../src/index.ts";

const env = bindings as unknown as Env;
const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, {
  warmTarget: 1,
  refreshInterval: 60_000,
});

test("runInDurableObject gives the pool object, which answers", async () => {
  await pool.getContainer("alice");
  const rows = await runInDurableObject(getWarmPool(env.WARM_POOL), async (object, state) => {
    expect(object).toBeInstanceOf(WarmPool);
    expect(await object.lookupContainer("alice")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await object.getStats()).toMatchObject({ assigned: 1 });
    return state.storage.sql.exec("SELECT name FROM sqlite_master").toArray().length;
  });
  expect(rows).toBeGreaterThan(0);
});

test("runInDurableObject gives a container object, whose methods are the pool's", async () => {
  const container = await pool.getContainer("bob");
  await pool.releaseContainer("bob");
  await vi.waitFor(async () =>
    expect(await pool.stats()).toMatchObject({ draining: 0, stopping: 0 }),
  );
  await runInDurableObject(container, async (object) => {
    expect(object).toBeInstanceOf(MyContainer);
    expect((await object.fetch(new Request("http://container/whoami"))).status).toBe(503);
  });
  const start = async () => container.start();
  await expect(start()).rejects.toThrow("this container has ended");
});

test("runDurableObjectAlarm runs the pool's alarm", async () => {
  await pool.getContainer("carol");
  const object = getWarmPool(env.WARM_POOL);
  await vi.waitFor(async () => expect(await runDurableObjectAlarm(object)).toBe(true));
  // The alarm has armed the next one.
  expect(await runDurableObjectAlarm(object)).toBe(true);
  expect(await pool.stats()).toMatchObject({ lastError: null });
});
