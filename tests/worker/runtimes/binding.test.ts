import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createWarmPool, getWarmPool, type ContainerNamespace } from "../../../dist/index.js";
import type { NodeContainer } from "../platform/container.ts";
import { codeOf, errorOf, ledger } from "../harness.ts";

const EMPTY = { warmTarget: 0 };

test("a pool that finds none of the usual bindings says so, and which there are", async () => {
  const error = await errorOf(getWarmPool(env.WARM_POOL, "bare").getContainer("alice", EMPTY));
  expect(error.message).toMatch(
    /no container namespace is bound as CONTAINER or SANDBOX or Sandbox \(bindings: .*CONTAINER_PYTHON.*; set containerBinding\) \[misconfigured\]$/,
  );
  expect((await ledger()).starts).toBe(0);
});

test("the binding is the namespace that was passed, and stays known to who passes none", async () => {
  const pool = createWarmPool(env.WARM_POOL, env.CONTAINER_PYTHON, { ...EMPTY, poolName: "known" });
  const container = await pool.getContainer("alice");
  expect(container.id.equals(env.CONTAINER_PYTHON.idFromName(container.name!))).toBe(true);
  expect((await pool.stats()).config.containerBinding).toBe("CONTAINER_PYTHON");
  expect(await getWarmPool(env.WARM_POOL, "known").getContainer("alice")).toBe(container.name);
});

test("an object around a namespace is known by the ids it makes", async () => {
  const node = env.CONTAINER_JAVASCRIPT;
  const around: ContainerNamespace<NodeContainer> = {
    idFromName: (name) => node.idFromName(name),
    get: (id) => node.get(id),
  };
  const pool = createWarmPool(env.WARM_POOL, around, { ...EMPTY, poolName: "around" });
  expect(await (await pool.getContainer("alice")).fetch("http://container/whoami")).toHaveProperty(
    "status",
    200,
  );
  expect((await pool.stats()).config.containerBinding).toBe("CONTAINER_JAVASCRIPT");
});

test("a client that looks in another class than its pool is told so, and starts nothing there", async () => {
  const pool = createWarmPool(env.WARM_POOL, env.CONTAINER_PYTHON, {
    ...EMPTY,
    poolName: "torn",
    containerBinding: "CONTAINER_JAVASCRIPT",
  });
  expect(await codeOf(pool.getContainer("alice"))).toBe("misconfigured");
  const { total } = await pool.stats();
  expect({ total, starts: (await ledger()).starts }).toEqual({ total: 1, starts: 1 });
});
