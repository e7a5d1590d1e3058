import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createWarmPool } from "../../dist/index.js";
import { TestPool } from "./harness.ts";

test("the same namespaces and options give the same client, and any others another", () => {
  const config = { poolName: "a", warmTarget: 1 };
  const client = createWarmPool(env.WARM_POOL, env.CONTAINER, config);
  const same = (other: typeof config) => createWarmPool(env.WARM_POOL, env.CONTAINER, other);
  expect(same({ ...config })).toBe(client);
  for (const other of [
    { ...config, warmTarget: 2 },
    { ...config, poolName: "b" },
    { ...config, refreshInterval: 10_000 },
    { poolName: "a" } as typeof config,
    { poolName: "a", refreshInterval: 10_000 } as never,
    { poolName: "a", refreshInterval: undefined } as never,
    { ...config, refreshInterval: undefined },
  ]) {
    expect(same(other)).not.toBe(client);
  }
  expect(createWarmPool(env.WARM_POOL, env.POOLED, config)).not.toBe(same(config));
  expect(createWarmPool(env.TELLING, env.CONTAINER, config)).not.toBe(same(config));
});

test("a client whose options have options of their own is made anew: those may have changed", async () => {
  const { name } = new TestPool();
  const config = { poolName: name, warmTarget: 0, ports: [8080] };
  const client = () => createWarmPool(env.WARM_POOL, env.CONTAINER, config);
  await client().prime();
  config.ports[0] = 0;
  await expect(client().prime()).rejects.toThrow("ports");
});

test("a hint cache is an option like others", () => {
  const config = { poolName: "a", warmTarget: 1 };
  const hinted = () =>
    createWarmPool(env.WARM_POOL, env.CONTAINER, { ...config, idCache: env.HINTS });
  const client = hinted();
  expect(hinted()).toBe(client);
  expect(createWarmPool(env.WARM_POOL, env.CONTAINER, config)).not.toBe(client);
});

test("options changed after a client was made are those of the next one", async () => {
  const pool = new TestPool();
  const config = { poolName: pool.name, warmTarget: 1 };
  await createWarmPool(env.WARM_POOL, env.CONTAINER, config).prime();
  config.warmTarget = 2;
  await createWarmPool(env.WARM_POOL, env.CONTAINER, config).prime();
  await pool.atRest(2);
});
