import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createWarmPool, getWarmPool, type WarmPoolConfig } from "../../dist/index.js";
import { codeOf, errorOf, eventually, ledger } from "./harness.ts";
import { Parts, type PlacedPool } from "./placed.ts";

/** Both namespaces as a platform with jurisdictions has them, and a client of a pool there. */
function placed(config: WarmPoolConfig) {
  const [pools, containers] = [new Parts(env.PLACED_POOL), new Parts(env.CONTAINER)];
  const poolName = config.poolName ?? crypto.randomUUID();
  const client = (config: WarmPoolConfig) =>
    createWarmPool(pools.namespace, containers.namespace, { warmTarget: 1, ...config, poolName });
  return { pools, containers, poolName, client, pool: client(config) };
}

/** Ids of what runs. */
async function running(): Promise<string[]> {
  return (await ledger()).running.map(({ id }) => id).sort();
}

test("pool and containers of a jurisdiction are in it, and found again by every way", async () => {
  const { pools, containers, poolName, pool } = placed({
    jurisdiction: "eu",
    idCache: env.HINTS,
    poolName: "european",
  });
  const container = await pool.getContainer("alice");
  const name = container.name!;
  const id = containers.jurisdiction("eu").idFromName(name.replace("eu ", ""));
  expect(container.id.equals(id)).toBe(true);
  expect((await container.fetch("http://container/whoami")).status).toBe(200);
  await eventually(async () => expect(await running()).toHaveLength(2));
  expect(await running()).toContain(id.toString());

  // Anew, from the hint, and without claiming.
  await eventually(async () => expect((await env.HINTS.list()).keys).toHaveLength(1));
  for (const found of [await pool.getContainer("alice"), await pool.lookupContainer("alice")]) {
    expect(found!.id.equals(id)).toBe(true);
  }
  expect((await pool.explain("alice")).container?.id).toBe(id.toString());
  expect(await pool.stats()).toMatchObject({
    claims: 1,
    config: { jurisdiction: "eu", locationHint: null, containerBinding: "CONTAINER" },
  });

  // The object itself is there too, and nothing is where there is no jurisdiction.
  const there = getWarmPool(pools.jurisdiction("eu").namespace, poolName);
  expect((await there.getStats()).assigned).toBe(1);
  expect((await getWarmPool(env.PLACED_POOL, poolName).getStats()).total).toBe(0);
  await there.reportStopped(id.toString());
  const next = await pool.getContainer("alice");
  expect(next.id.equals(id)).toBe(false);
});

test("a part that is passed in says its jurisdiction by itself", async () => {
  const { pools, containers, poolName } = placed({});
  const [here, there] = [pools.jurisdiction("us"), containers.jurisdiction("us")];
  const pool = createWarmPool(here.namespace, there.namespace, { warmTarget: 0, poolName });
  const container = await pool.getContainer("alice");

  expect(await running()).toEqual([container.id.toString()]);
  expect((await pool.stats()).config.jurisdiction).toBe("us");
});

test("the same name in two jurisdictions, and in none, are three pools", async () => {
  const { client } = placed({});
  const all = [{ jurisdiction: "eu" }, { jurisdiction: "us" }, {}] as const;
  const held = await Promise.all(all.map((place) => client(place).getContainer("alice")));
  expect(new Set(held.map((container) => container.id.toString())).size).toBe(3);
  for (const place of all) expect((await client(place).stats()).assigned).toBe(1);
});

test("a pool's containers do not change their jurisdiction, and who looks in another is told so", async () => {
  const { pools, poolName, client } = placed({});
  const object = getWarmPool(pools.namespace, poolName);
  // Nobody is passed on to where the pool has none: that would start one that nobody tracks.
  await object.configure({ warmTarget: 0, jurisdiction: "eu" });
  expect(await codeOf(client({ warmTarget: 0 }).getContainer("alice"))).toBe("misconfigured");
  const { total } = await object.getStats();
  expect(total).toBe(1);
  expect(await running()).toHaveLength(1);
  expect(await codeOf(client({ warmTarget: 0 }).lookupContainer("alice"))).toBe("misconfigured");

  const moved = await errorOf(object.configure({ warmTarget: 0, jurisdiction: "us" }));
  expect(moved.message).toContain(
    "the pool holds 1 containers of binding CONTAINER in jurisdiction eu and cannot serve binding " +
      "CONTAINER in jurisdiction us (use another poolName for it)",
  );
  expect((await object.getStats()).config.jurisdiction).toBe("eu");
});

test("what is made is made near the region that the configuration names", async () => {
  const { pools, poolName, client, pool } = placed({ locationHint: "weur" });
  await pool.getContainer("alice");
  await eventually(async () => expect(await running()).toHaveLength(2));
  expect(pools.near.length).toBeGreaterThan(0);
  expect(new Set(pools.near)).toEqual(new Set(["weur"]));
  const object = env.PLACED_POOL.getByName(poolName);
  expect(new Set(await nearOf(object))).toEqual(new Set(["weur"]));

  // A hint moves nothing: the container stays, and so does its pool.
  const before = await running();
  await client({ locationHint: "apac" }).getContainer("alice");
  expect((await pool.stats()).config.locationHint).toBe("apac");
  await client({ locationHint: "apac" }).getContainer("another");
  await eventually(async () => expect(await running()).toHaveLength(3));
  expect((await nearOf(object)).at(-1)).toBe("apac");
  expect(await running()).toEqual(expect.arrayContaining(before));
});

/** What the pool told the platform of its containers. */
function nearOf(object: DurableObjectStub<PlacedPool>): Promise<unknown[]> {
  return runInDurableObject(object, ({ containers }) => containers.near);
}

test("a class that went through pooled reports to its pool's jurisdiction", async () => {
  const pool = createWarmPool(
    new Parts(env.PLACED_POOL).namespace,
    new Parts(env.PLACED).namespace,
    { warmTarget: 0, jurisdiction: "eu", poolName: "of the placed", refreshInterval: 3_600_000 },
  );
  const container = await pool.getContainer("alice");
  await container.stop();
  await eventually(async () => expect((await pool.stats()).reports).toBe(1));
});

test("a word that is no place is refused as any other, and a place the platform has not as its own fault", async () => {
  const { client } = placed({});
  for (const wrong of [{ jurisdiction: "de" }, { locationHint: "europe" }] as never[]) {
    expect(await codeOf(client(wrong).getContainer("alice"))).toBe("invalid_config");
  }
  // Whatever is asked of it.
  const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { jurisdiction: "eu" });
  for (const ask of [pool.getContainer("alice"), pool.stats(), pool.prime(), pool.shutdown()]) {
    const error = await errorOf(ask);
    expect(error["code"]).toBe("misconfigured");
    expect(error.message).toContain("the platform refuses jurisdiction eu: ");
  }
  expect(await running()).toEqual([]);
});
