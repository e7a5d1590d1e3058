// What the first README of cf-container-warm-pool tells its users to write does what it says there.
import { pieces } from "readme:pieces";
import { expect, test } from "vitest";
import { createWarmPool, type WarmPoolClient } from "../../../dist/index.js";
import { ask, bound, figures, whoServes } from "./helpers.ts";

const newPool = (): WarmPoolClient =>
  createWarmPool(bound.WARM_POOL, bound.CONTAINER as unknown as DurableObjectNamespace, {
    minContainers: 1,
    maxContainers: 10,
    acquireTimeout: 300_000,
    healthCheckInterval: 30_000,
    ports: [8080],
    startupTimeout: 30_000,
  });

test("quick start: minContainers are warm, and sessions keep theirs", async () => {
  const alices = await whoServes("alice");
  expect(await whoServes("alice")).toBe(alices);
  expect(await whoServes("bob")).not.toBe(alices);

  const { config } = await figures(({ warm, assigned }) => {
    expect({ warm, assigned }).toEqual({ warm: 3, assigned: 2 });
  });
  expect(config).toMatchObject({ warmTarget: 3, maxInstances: 10, ports: [8080] });
});

test("quick start: there are never more than maxContainers", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => ask(`session ${at}`)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));

  await figures(({ assigned }) => expect(assigned).toBe(10));
  const { total } = await figures(({ starting, stopping }) => expect(starting + stopping).toBe(0));
  expect(total).toBe(10);
});

test("getContainer and releaseContainer: the session's next container is another", async () => {
  const pool = newPool();
  const request = () => new Request("http://container/whoami");
  const { container, response } = await pieces["getContainer"]!({ pool, request: request() });
  const { id } = container as DurableObjectStub;
  expect(await (response as Response).json()).toMatchObject({ container: id.toString() });
  await pieces["releaseContainer"]!({ pool });

  const again = await pieces["getContainer"]!({ pool, request: request() });
  expect((again["container"] as DurableObjectStub).id.equals(id)).toBe(false);
});

test("stats: the figures that the README names are there", async () => {
  const pool = newPool();
  await pool.getContainer("alice");
  await figures(({ warm }) => expect(warm).toBe(1));

  const { stats } = await pieces["stats"]!({ pool });
  expect(stats).toMatchObject({ warm: 1, acquired: 1, warming: 0, total: 2 });
  expect(stats).toMatchObject({ config: { leaseTimeout: 300_000, refreshInterval: 30_000 } });
});

test("warmup(5): five are warm", async () => {
  await pieces["warmup"]!({ pool: newPool() });
  await figures(({ warm }) => expect(warm).toBe(5));
});

test("shutdown: all of them stop", async () => {
  const pool = newPool();
  const { id } = await pool.getContainer("alice");
  await pieces["shutdown"]!({ pool });

  await figures(({ total }) => expect(total).toBe(0));
  expect(await bound.CONTAINER.get(id).getState()).toMatchObject({
    status: expect.stringMatching("stopped") as string,
  });
});
