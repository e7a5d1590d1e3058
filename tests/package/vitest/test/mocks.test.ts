import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { createWarmPool, getWarmPool, WarmPool, type ContainerNamespace } from "cf-warm-pool";
import { expect, test } from "vitest";
import type { Env } from "../src/index.ts";

const env = bindings as unknown as Env;

/** A namespace as a unit test replaces it. */
function mocked(toId: (name: string) => unknown): ContainerNamespace {
  const fetcher = { fetch: () => Promise.resolve(new Response("mocked")) };
  return { idFromName: toId, get: () => fetcher } as unknown as ContainerNamespace;
}

/** What a unit test may put in the place of the containers' binding. */
const NAMESPACES = {
  "ids that are names": mocked((name) => ({ toString: () => `id-of-${name}`, name })),
  "ids that are text": mocked((name) => name),
  "ids that are numbers": mocked(() => ({ toString: () => 7 })),
  "ids whose toString throws": mocked(() => ({
    toString() {
      throw new Error("no text");
    },
  })),
  "no ids": mocked(() => undefined),
  "an idFromName that throws": mocked(() => {
    throw new Error("no id");
  }),
  "a service binding": env.SERVICE as unknown as ContainerNamespace,
  nothing: undefined as unknown as ContainerNamespace,
};

for (const [name, namespace] of Object.entries(NAMESPACES)) {
  test(`a pool object with ${name} as its binding reports a misconfiguration`, async () => {
    const object = getWarmPool(env.WARM_POOL, `bound to ${name}`);
    await runInDurableObject(object, async (_, state) => {
      const mockedEnv = { ...env, CONTAINER: namespace } as unknown as Cloudflare.Env;
      const pool = new WarmPool(state, mockedEnv);
      for (let at = 0; at < 2; at++) {
        await expect(pool.getContainer("alice")).rejects.toMatchObject({
          name: "WarmPoolError",
          code: "misconfigured",
          message: expect.stringContaining("CONTAINER") as unknown,
        });
      }
    });
  });

  test(`a client whose namespace is ${name} reports a misconfiguration and asks nothing`, async () => {
    const poolName = `not asked with ${name}`;
    for (const idCache of [undefined, mockedCache()]) {
      const config = { poolName, warmTarget: 0, ...(idCache && { idCache }) };
      const pool = createWarmPool(env.WARM_POOL, namespace, config);
      await expect(pool.getContainer("alice")).rejects.toMatchObject({
        name: "WarmPoolError",
        code: "misconfigured",
        message: expect.stringContaining("containerNamespace") as unknown,
      });
    }
    expect(await getWarmPool(env.WARM_POOL, poolName).getStats()).toMatchObject({ claims: 0 });
  });
}

test("a namespace that is mocked with ids of the right form works", async () => {
  const calls: string[] = [];
  const namespace = {
    idFromName: (name: string) => env.CONTAINER.idFromName(name),
    get: (id: DurableObjectId) => {
      calls.push(id.toString());
      return env.CONTAINER.get(id);
    },
  } as unknown as typeof env.CONTAINER;
  const pool = createWarmPool(env.WARM_POOL, namespace, { poolName: "mocked", warmTarget: 0 });
  const container = await pool.getContainer("alice");
  expect((await container.fetch("http://container/whoami")).status).toBe(200);
  expect(calls).toHaveLength(1);
});

test("after all that, the isolate's pools still work", async () => {
  const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { poolName: "after", warmTarget: 0 });
  const container = await pool.getContainer("alice");
  expect((await container.fetch("http://container/whoami")).status).toBe(200);
});

function mockedCache(): KVNamespace {
  const nothing = () => Promise.resolve(null);
  return { get: nothing, put: nothing, delete: nothing } as unknown as KVNamespace;
}
