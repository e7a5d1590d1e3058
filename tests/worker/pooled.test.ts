import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { pooled, type WarmPoolConfig } from "../../dist/index.js";
import { codeOf, errorOf, eventually, ledger, setFaults } from "./harness.ts";
import { HintedPool, hintOf } from "./hinted.ts";
import { TestContainer } from "./platform/container.ts";
import { stopsOf } from "./pooled.ts";

/** The pool does not look by itself within a test. */
const BLIND: WarmPoolConfig = { refreshInterval: 3_600_000, assignedCheckInterval: 3_600_000 };
/** One warm container, so that the next session gets the one that was given up. */
const ONE: WarmPoolConfig = { ...BLIND, warmTarget: 1, maxInstances: 1, queueTimeout: 200 };
/** The pool that a container reports to that is told no other. */
const POOL = { poolName: "global-pool" };

type Namespace = DurableObjectNamespace<TestContainer>;
type Method = (this: object, ...args: unknown[]) => Promise<unknown>;

test.each([
  ["none", env.POOLED, 0],
  ["one in the class passed in", env.TOLD_BEFORE, 1],
  ["one in a subclass, which calls super", env.TOLD_AFTER, 1],
  ["one in a subclass, which does not", env.TOLD_ALONE, 1],
] as [string, Namespace, number][])(
  "a container reports its stop by itself, with its own onStop: %s",
  async (_, containers, stops) => {
    const pool = new HintedPool({ ...BLIND, ...POOL }, containers);
    const first = await pool.claim("alice");
    await containers.getByName(first).stop();
    await eventually(async () =>
      expect(await pool.plain.stats()).toMatchObject({ assigned: 0, total: 0 }),
    );

    expect(await pool.claim("alice")).not.toBe(first);
    expect(await stopsSeen(containers, first)).toBe(stops);
    expect(await pool.plain.stats()).toMatchObject({ reports: 1, unknownReports: 0 });
  },
);

test("a container whose pool is not bound says so, and stops as it would without", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const containers: Namespace = env.LOST;
  const pool = new HintedPool({ ...BLIND, ...POOL }, containers);
  const container = await pool.claim("alice");
  await containers.getByName(container).stop();
  await eventually(async () => expect(await stopsSeen(containers, container)).toBe(1));

  expect(logged.mock.calls.flat().join()).toContain("POOL_OF_NOBODY");
  expect(logged.mock.calls.flat().join()).toContain("[misconfigured]");
  logged.mockRestore();
});

test("a container that the pool has ended itself is reported, and that changes nothing", async () => {
  const pool = new HintedPool({ ...ONE, ...POOL, onRelease: "restart" }, env.POOLED);
  const container = await pool.claim("alice");
  await pool.release("alice");
  await pool.plain.atRest(1);
  await reportsSettled(pool);

  expect(await pool.claim("bob")).toBe(container);
  expect(await pool.plain.stats()).toMatchObject({ assigned: 1, started: 2, unknownReports: 0 });
});

test("a report of an earlier life does not end the one there is", async () => {
  const pool = new HintedPool({ ...ONE, ...POOL, onRelease: "restart" }, env.POOLED);
  const container = await pool.claim("alice");
  await pool.release("alice");
  await pool.plain.atRest(1);
  await pool.claim("bob");
  await pool.plain.object.reportStopped(container, 1);
  expect(await pool.plain.stats()).toMatchObject({ assigned: 1, stopping: 0 });

  await pool.plain.object.reportStopped(container, 2);
  await eventually(async () => expect(await pool.plain.stats()).toMatchObject({ assigned: 0 }));
});

test("a container confirms its session in its life, and nothing else", async () => {
  const pool = new HintedPool(BLIND, env.POOLED);
  const container = await pool.claim("alice");
  await hintOf(pool, "alice");
  const says = async (session: string, generation: number, granted = false) =>
    (await stateOf(container, { session, generation, granted })).confirmed;

  expect(await says("alice", 1)).toBe(true);
  expect(await says("bob", 1)).toBe(false);
  expect(await says("bob", 1, true)).toBe(false);
  expect(await says("alice", 0)).toBe(false);
  expect(await says("alice", 2)).toBe(false);
  expect(await says("alice", 2, true)).toBe(false);
  expect(await stateOf(container)).not.toHaveProperty("confirmed");
  expect(await storedBy(container)).not.toContain("alice");

  await env.POOLED.getByName(container).destroy();
  expect(await says("alice", 1, true)).toBe(false);
});

test.each(["destroy", "restart", "reset"] as const)(
  "a hint that its container confirms spares the pool a call, with onRelease %s",
  async (onRelease) => {
    const pool = new HintedPool({ ...BLIND, onRelease }, env.POOLED);
    const container = await pool.claim("alice");
    await hintOf(pool, "alice");
    for (let at = 0; at < 5; at++) expect(await pool.claim("alice")).toBe(container);

    expect(pool.calls).toBe(1);
    expect(await pool.plain.stats()).toMatchObject({ claims: 1 });
  },
);

test.each([
  ["restart", {}],
  ["restart", { needsConfirmation: false }],
  ["restart", { needsConfirmation: false, generation: 2 }],
  ["reset", {}],
  ["reset", { needsConfirmation: false }],
  ["reset", { needsConfirmation: false, generation: 2 }],
] as const)(
  "a stale hint does not lead to a container's next session, after %s and with %o",
  async (onRelease, fields) => {
    const pool = new HintedPool({ ...ONE, onRelease }, env.POOLED);
    const container = await pool.claim("alice");
    await pool.release("alice");
    await pool.plain.atRest(1);
    expect(await pool.claim("bob")).toBe(container);
    await hintOf(pool, "bob");

    // Also for a client whose own policy is another.
    for (const client of [
      pool,
      new HintedPool({ ...ONE, poolName: pool.plain.name }, env.POOLED),
    ]) {
      const hint = { name: container, generation: 1, expiresAtMs: Date.now() + 60_000, ...fields };
      await env.HINTS.put(pool.keyOf("alice"), JSON.stringify(hint));
      expect(await codeOf(client.claim("alice"))).toBe("capacity_exhausted");
    }
    expect(await pool.claim("bob")).toBe(container);
  },
);

test("a container that was not told of its session is told when a hint of it fails", async () => {
  const pool = new HintedPool(BLIND, env.POOLED);
  const container = await pool.plain.object.getContainer("alice", { containerBinding: "POOLED" });
  const expiresAtMs = Date.now() + 60_000;
  const hint = { name: container, generation: 1, expiresAtMs, needsConfirmation: false };
  await env.HINTS.put(pool.keyOf("alice"), JSON.stringify(hint));
  expect(await pool.claim("alice")).toBe(container);
  expect(pool.calls).toBe(1);

  const ask = { session: "alice", generation: 1 };
  await eventually(async () =>
    expect(await stateOf(container, ask)).toMatchObject({ confirmed: true }),
  );
  await eventually(async () => expect(await hintOf(pool, "alice")).not.toBe(JSON.stringify(hint)));
  expect(await pool.claim("alice")).toBe(container);
  expect(pool.calls).toBe(1);
});

test("without pooled, containers that may serve another session are asked once, and get no hint", async () => {
  const pool = new HintedPool({ ...BLIND, onRelease: "restart" });
  await pool.claim("alice");
  await eventually(async () => expect(await ledger()).toMatchObject({ probes: 1 }));
  for (let at = 0; at < 3; at++) await pool.claim("alice");

  expect((await env.HINTS.list({ prefix: pool.plain.name })).keys).toEqual([]);
  expect(await ledger()).toMatchObject({ probes: 1 });
  expect(pool.calls).toBe(4);
});

test("a request does not start a container again that the pool has let go", async () => {
  const pool = new HintedPool({ ...BLIND, ...POOL }, env.POOLED);
  const container = await pool.claim("alice");
  const stub = env.POOLED.getByName(container);
  expect((await stub.fetch("http://container/whoami")).status).toBe(200);
  await pool.release("alice");
  await pool.plain.atRest(0);

  const answer = await stub.fetch("http://container/whoami");
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(await answer.json()).toEqual({
    error: {
      code: "pool_unavailable",
      message: "this container has ended (ask the pool for the session's container again)",
      retry_after_ms: 1000,
    },
  });
  expect(await codeOf(stub.start())).toBe("pool_unavailable");
  expect(await codeOf(stub.startAndWaitForPorts())).toBe("pool_unavailable");
  expect(await ledger()).toMatchObject({ starts: 1, running: [] });
});

test("a request that finds its container stopped does not start it, and has the pool told", async () => {
  const pool = new HintedPool({ ...BLIND, ...POOL }, env.POOLED);
  const container = await pool.claim("alice");
  const stub = env.POOLED.getByName(container);
  await stub.crash();

  expect((await stub.fetch("http://container/whoami")).status).toBe(503);
  expect(await ledger()).toMatchObject({ starts: 1, running: [] });
  await eventually(async () => expect(await pool.plain.stats()).toMatchObject({ assigned: 0 }));
});

test("the pool may start again what it has restarted, and requests reach it", async () => {
  const pool = new HintedPool({ ...ONE, onRelease: "restart" }, env.POOLED);
  const container = await pool.claim("alice");
  for (let life = 2; life <= 4; life++) {
    await pool.release("alice");
    await pool.plain.atRest(1);
    expect(await pool.claim("alice")).toBe(container);
    const answer = await env.POOLED.getByName(container).fetch("http://container/whoami");
    expect(await answer.json()).toMatchObject({ boot: life });
  }
});

test("a start that comes late is refused", async () => {
  const stub = env.POOLED.getByName("one");
  const start = (poolGeneration: number) =>
    stub.startAndWaitForPorts(undefined, { poolGeneration } as object);
  await start(2);
  expect((await errorOf(start(1))).message).toContain("late: life 2 has begun");
  await start(2);
  await stub.destroy();
  expect((await errorOf(start(2))).message).toContain("late: that life is over");
  expect((await ledger()).running).toEqual([]);

  await start(3);
  expect((await ledger()).running).toHaveLength(1);
});

test("what a container knows of its life outlives its object's memory", async () => {
  const pool = new HintedPool(BLIND, env.POOLED);
  const container = await pool.claim("alice");
  await hintOf(pool, "alice");
  const ask = { session: "alice", generation: 1 };
  await abortAllDurableObjects();
  expect(await stateOf(container, ask)).toMatchObject({ confirmed: true });

  await env.POOLED.getByName(container).destroy();
  await abortAllDurableObjects();
  expect(await stateOf(container, ask)).toMatchObject({ confirmed: false });
  const answer = await env.POOLED.getByName(container).fetch("http://container/whoami");
  expect(answer.status).toBe(503);
});

test("a container that empties its storage in the end stays let go", async () => {
  const start = { poolGeneration: 1 } as object;
  await env.TIDY.getByName("one").startAndWaitForPorts(undefined, start);
  await env.TIDY.getByName("one").destroy();
  await abortAllDurableObjects();

  expect((await env.TIDY.getByName("one").fetch("http://container/whoami")).status).toBe(503);
});

test("a container that no pool ever started is as without pooled", async () => {
  const stub = env.POOLED.getByName("one");
  const answer = await stub.fetch("http://container/whoami");
  expect(await answer.json()).toMatchObject({ boot: 1 });
  expect(await stateOf("one", { session: "alice", generation: 1, granted: true })).toEqual({
    status: "healthy",
    lastChange: expect.any(Number) as number,
    inFlight: 0,
  });
  expect(await stub.resetForPool()).toBe(true);
  await stub.destroy();

  expect((await stub.fetch("http://container/whoami")).status).toBe(200);
});

test.each(["false", "throw"] as const)(
  "a container whose clean-up answers %s confirms nobody, and is not started by a request",
  async (resets) => {
    const pool = new HintedPool({ ...ONE, onRelease: "reset" }, env.POOLED);
    const container = await pool.claim("alice");
    await hintOf(pool, "alice");
    await setFaults({ resets });
    const stub = env.POOLED.getByName(container);
    if (resets === "throw") await errorOf(reset(container, 2));
    else expect(await reset(container, 2)).toBe(false);

    for (const generation of [1, 2]) {
      const ask = { session: "alice", generation, granted: true };
      expect(await stateOf(container, ask)).toMatchObject({ confirmed: false });
    }
    expect((await stub.fetch("http://container/whoami")).status).toBe(503);
  },
);

test.each([
  ["the class inherits", env.POOLED],
  ["a subclass overrides without super", env.TOLD_ALONE],
] as [string, Namespace][])(
  "a method that %s contains the pool's part where vite dev looks for it",
  async (_, containers) => {
    const stub = containers.getByName("one");
    await stub.startAndWaitForPorts(undefined, { poolGeneration: 1 } as object);
    const confirmed = await runInDurableObject(stub, async (object) => {
      const prototype = object.constructor.prototype as Record<string, Method>;
      expect(await prototype["resetForPool"]?.call(object, { generation: 2 })).toBe(true);
      const ask = { session: "alice", generation: 2, granted: true };
      return prototype["getState"]?.call(object, ask);
    });
    expect(confirmed).toMatchObject({ confirmed: true });
  },
);

test("a clean-up that comes late is not done", async () => {
  const stub = env.POOLED.getByName("one");
  await stub.startAndWaitForPorts(undefined, { poolGeneration: 2 } as object);
  expect(await reset("one", 2)).toBe(false);
  expect(await ledger()).toMatchObject({ resets: 0 });
  expect(await reset("one", 3)).toBe(true);
});

test("requests under way are counted, also before the class counts them", async () => {
  const pool = new HintedPool(BLIND, env.POOLED);
  const container = await pool.claim("alice");
  const stub = env.POOLED.getByName(container);
  const answer = await stub.fetch("http://container/stream?chunks=2&ms=200");
  expect(await stateOf(container)).toMatchObject({ inFlight: 1 });
  await answer.text();
  await eventually(async () => expect(await stateOf(container)).toMatchObject({ inFlight: 0 }));
});

test.each([
  [{ poolName: "" }, "poolName"],
  [{ poolName: "x".repeat(129) }, "poolName"],
  [{ poolName: "a\nb" }, "poolName"],
  [{ poolName: 7 }, "poolName"],
  [{ poolBinding: "" }, "poolBinding"],
  [{ poolBinding: null }, "poolBinding"],
  [{ pool: "python" }, "pool"],
] as [object, string][])("pooled refuses %o", (options, named) => {
  expect(() => pooled(TestContainer, options)).toThrow(named);
  expect(() => pooled(TestContainer, options)).toThrow("[invalid_config]");
});

test("the class keeps its name, and what it can do", () => {
  expect(pooled(TestContainer).name).toBe("TestContainer");
  expect(pooled(TestContainer).prototype).toBeInstanceOf(TestContainer);
});

interface Answer {
  status: string;
  inFlight?: number;
  confirmed?: boolean;
}

async function stateOf(container: string, ask?: object): Promise<Answer> {
  const stub = env.POOLED.getByName(container);
  return (stub.getState as (ask?: object) => Promise<Answer>)(ask);
}

function reset(container: string, generation: number): Promise<boolean> {
  const stub = env.POOLED.getByName(container) as unknown as {
    resetForPool(options: object): Promise<boolean>;
  };
  return stub.resetForPool({ generation });
}

/** All that a container's object has stored, as text. */
function storedBy(container: string): Promise<string> {
  return runInDurableObject(env.POOLED.getByName(container), (_, { storage }) =>
    JSON.stringify([...storage.kv.list()]),
  );
}

function stopsSeen(containers: Namespace, container: string): Promise<number> {
  return runInDurableObject(containers.getByName(container), (_, { storage }) => stopsOf(storage));
}

/** Waits until the end of each life that has ended was reported. */
async function reportsSettled(pool: HintedPool): Promise<void> {
  await new Promise((done) => setTimeout(done, 500));
  await pool.plain.stats();
}
