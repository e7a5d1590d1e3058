import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createWarmPool } from "../../../dist/index.js";
import { ledger, TestPool } from "../harness.ts";

test("two pools on two container namespaces stay apart, for sessions of the same name", async () => {
  const options = { warmTarget: 1, idCache: env.HINTS };
  const python = createWarmPool(env.WARM_POOL, env.CONTAINER_PYTHON, {
    ...options,
    poolName: "snakes",
  });
  const node = createWarmPool(env.WARM_POOL, env.CONTAINER_JAVASCRIPT, {
    ...options,
    poolName: "nodes",
  });
  const [snakes, nodes] = [
    new TestPool({ poolName: "snakes" }),
    new TestPool({ poolName: "nodes" }),
  ];

  for (let round = 0; round < 3; round++) {
    // From a start, then from the hints or the rows.
    const stubs = await Promise.all([python.getContainer("alice"), node.getContainer("alice")]);
    const [pythons, nodesOwn] = stubs.map(({ id }) => id.toString());
    expect(await snakes.tracked()).toContain(pythons);
    expect(await nodes.tracked()).toContain(nodesOwn);
  }
  await Promise.all([atRest(python), atRest(node)]);
  const ids = [await snakes.tracked(), await nodes.tracked()];
  const namespaces = [env.CONTAINER_PYTHON, env.CONTAINER_JAVASCRIPT] as DurableObjectNamespace[];
  for (const [at, tracked] of ids.entries()) {
    expect(tracked).toHaveLength(2);
    expect(() => tracked.map((id) => namespaces[at]!.idFromString(id))).not.toThrow();
    for (const id of tracked) expect(() => namespaces[1 - at]!.idFromString(id)).toThrow();
  }

  await python.shutdown();
  await expect.poll(async () => (await python.stats()).total).toBe(0);
  expect(await node.stats()).toMatchObject({ warm: 1, assigned: 1, gone: 0 });
  expect((await ledger()).starts).toBe(4);
});

async function atRest(pool: { stats(): Promise<{ warm: number }> }): Promise<void> {
  await expect.poll(async () => (await pool.stats()).warm).toBe(1);
}
