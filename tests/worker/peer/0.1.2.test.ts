// What the README of cf-container-warm-pool 0.1.2 tells its users to write does what it says there.
import { pieces } from "readme:pieces";
import { expect, test } from "vitest";
import { createWarmPool, getWarmPool } from "../../../dist/index.js";
import { bound, figures, whoServes } from "./helpers.ts";

const newPool = (poolName?: string) =>
  createWarmPool(bound.WARM_POOL, bound.CONTAINER, {
    warmTarget: 1,
    ...(poolName !== undefined && { poolName }),
  });

test("quick start: a session's requests reach its container, and three more are warm", async () => {
  const alices = await whoServes("alice");
  expect(await whoServes("alice")).toBe(alices);
  expect(await whoServes("bob")).not.toBe(alices);
  expect(await whoServes()).not.toBe(alices);

  const { total } = await figures(({ warm, assigned }) => {
    expect({ warm, assigned }).toEqual({ warm: 3, assigned: 3 });
  });
  expect(total).toBe(6);
});

test("quick start: a container that stops reports itself, and is gone", async () => {
  const alices = await whoServes("alice");
  await figures(({ warm }) => expect(warm).toBe(3));
  await bound.CONTAINER.get(bound.CONTAINER.idFromString(alices)).stop();

  const stats = await figures(({ assigned }) => expect(assigned).toBe(0));
  expect(stats).toMatchObject({ warm: 3, reports: 1, unknownReports: 0 });
  expect(await whoServes("alice")).not.toBe(alices);
});

test("idCache: the session's container is found without the pool", async () => {
  const { pool } = await pieces["idCache"]!({ env: bound });
  const request = () => new Request("http://container/whoami");
  const { container } = await pieces["getContainer"]!({ pool, request: request() });
  const { id, name } = container as DurableObjectStub;
  await expect
    .poll(() => bound.CONTAINER_ID_CACHE.get("global-pool:user-session-123"))
    .toContain(name);
  const { claims } = await getWarmPool(bound.WARM_POOL).getStats();
  const again = await pieces["getContainer"]!({ pool, request: request() });

  expect((again["container"] as DurableObjectStub).id.equals(id)).toBe(true);
  expect(await getWarmPool(bound.WARM_POOL).getStats()).toMatchObject({ claims });
});

test.each([
  ["reportStopped", undefined],
  ["another pool", "my-custom-pool"],
])("%s: what stands in onStop removes the container from its pool", async (piece, poolName) => {
  const { id } = await newPool(poolName).getContainer("alice");
  await figures(({ warm }) => expect(warm).toBe(1), poolName);
  await pieces[piece]!.call({ env: bound, ctx: { id } }, {});

  const stats = await figures(({ stopping }) => expect(stopping).toBe(0), poolName);
  expect(stats).toMatchObject({ assigned: 0, warm: 1 });
  // The container reports its end too, and may do so when it is gone already.
  expect(stats.reports - stats.unknownReports).toBe(1);
  expect(await bound.CONTAINER.get(id).getState()).toMatchObject({
    status: expect.stringMatching("stopped") as string,
  });
});

test("getContainer: it answers with a container that answers", async () => {
  const request = new Request("http://container/whoami");
  const { container, response } = await pieces["getContainer"]!({ pool: newPool(), request });

  const { id } = container as DurableObjectStub;
  expect(await (response as Response).json()).toMatchObject({ container: id.toString() });
});

test("stats: the figures that the README names are there", async () => {
  const pool = newPool();
  await pool.getContainer("alice");
  await figures(({ warm }) => expect(warm).toBe(1));
  const { stats } = await pieces["stats"]!({ pool });

  expect(stats).toMatchObject({ warm: 1, assigned: 1, total: 2, maxInstances: null });
  expect(stats).toMatchObject({ config: { warmTarget: 1, refreshInterval: 10_000 } });
});

test("shutdownPrewarmed: what is warm goes, what sessions have stays", async () => {
  const pool = newPool();
  const { id } = await pool.getContainer("alice");
  await figures(({ warm }) => expect(warm).toBe(1));
  await pieces["shutdownPrewarmed"]!({ pool });

  const stats = await figures(({ stopping }) => expect(stopping).toBe(0));
  expect(stats).toMatchObject({ warm: 0, starting: 0, assigned: 1, total: 1 });
  expect(await bound.CONTAINER.get(id).getState()).toMatchObject({ status: "healthy" });
});
