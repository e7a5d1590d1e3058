import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { getWarmPool } from "../../dist/index.js";
import { codeOf, eventually } from "./harness.ts";
import type { Real } from "./real.ts";

// What `pooled` makes of the class of `@cloudflare/containers`.

const ASK = { session: "alice", generation: 1 };

test("a container tells the truth about itself before its class does", async () => {
  await started();
  expect(await stateOf()).toMatchObject({ status: "healthy", inFlight: 0 });
  await inside((container) => {
    // The class hears of it later.
    container.runtime.running = false;
  });

  expect(await stateOf()).toMatchObject({ status: "stopped" });
});

test("requests are counted until their answers are complete", async () => {
  await started();
  const answer = await stub().fetch("http://container/slow");
  expect(await stateOf()).toMatchObject({ inFlight: 1 });
  await inside(({ runtime }) => runtime.finish());
  await answer.text();

  await eventually(async () => expect(await stateOf()).toMatchObject({ inFlight: 0 }));
});

test("a container confirms the session that it was told of, until it ends", async () => {
  await started();
  expect(await stateOf(ASK)).toMatchObject({ confirmed: false });
  expect(await stateOf({ ...ASK, granted: true })).toMatchObject({ confirmed: true });
  expect(await stateOf(ASK)).toMatchObject({ confirmed: true });
  await inside(({ runtime }) => runtime.exit());

  expect(await stateOf(ASK)).toMatchObject({ confirmed: false });
});

test.each([
  ["an exit", undefined, 1, 0],
  ["an end that the class tells nobody of", new Error("internal error"), 0, 1],
] as const)("%s is reported once", async (_, error, stops, errors) => {
  const reports = reportsOf("global-pool");
  await started();
  await inside(({ runtime }) => runtime.exit(error));
  await inside((container) => container.alarm());
  await inside((container) => container.alarm());

  await eventually(async () => expect(await reports()).toBe(1));
  expect(await inside(({ stops, errors }) => [stops, errors])).toEqual([stops, errors]);
});

test("an exit of an earlier life that the class tells of late does not end the next", async () => {
  const reports = reportsOf("global-pool");
  await started();
  await inside(({ runtime }) => runtime.exit());
  await started(2);

  expect(await inside(({ stops }) => stops)).toBe(1);
  expect(await stateOf({ session: "bob", generation: 2, granted: true })).toMatchObject({
    status: "healthy",
    confirmed: true,
  });
  expect(await reports()).toBeLessThanOrEqual(1);
  expect((await stub().fetch("http://container/")).status).toBe(200);
});

test.each([
  ["fetch", () => stub().fetch("http://container/")],
  ["containerFetch", () => stub().containerFetch(new Request("http://container/"))],
])("%s does not start a container that was let go", async (_, ask) => {
  await started();
  expect((await ask()).status).toBe(200);
  await stub().destroy();

  const answer = await ask();
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ error: { code: "pool_unavailable" } });
  expect(await codeOf(stub().start())).toBe("pool_unavailable");
  expect(await codeOf(stub().startAndWaitForPorts())).toBe("pool_unavailable");
  expect(await inside(({ runtime }) => runtime.starts)).toBe(1);
  await started(2);
  expect((await ask()).status).toBe(200);
});

test("a clean-up may ask the server in the container, and begins a life without a session", async () => {
  await started();
  await stateOf({ ...ASK, granted: true });
  const reset = stub() as unknown as { resetForPool(options: object): Promise<boolean> };
  expect(await reset.resetForPool({ generation: 2 })).toBe(true);

  expect(await stateOf(ASK)).toMatchObject({ confirmed: false });
  const bob = { session: "bob", generation: 2 };
  expect(await stateOf(bob)).toMatchObject({ confirmed: false });
  expect(await stateOf({ ...bob, granted: true })).toMatchObject({ confirmed: true });
});

test("a container that no pool ever started starts with a request", async () => {
  expect((await stub().fetch("http://container/")).status).toBe(200);
  await stub().destroy();
  expect((await stub().fetch("http://container/")).status).toBe(200);

  expect(await inside(({ runtime }) => runtime.starts)).toBe(2);
  expect(await stateOf(ASK)).not.toHaveProperty("confirmed");
});

function stub(): DurableObjectStub<Real> {
  return env.REAL.getByName("one");
}

/** Starts it as the pool does. */
async function started(poolGeneration = 1): Promise<void> {
  await stub().startAndWaitForPorts(undefined, { poolGeneration } as object);
}

function inside<T>(work: (container: Real) => T | Promise<T>): Promise<T> {
  return runInDurableObject(stub(), (container) => work(container));
}

interface Answer {
  status: string;
  inFlight?: number;
  confirmed?: boolean;
}

function stateOf(ask?: object): Promise<Answer> {
  return (stub().getState as (ask?: object) => Promise<Answer>)(ask);
}

/** How many reports that pool has had, whether it knows the container or not. */
function reportsOf(pool: string): () => Promise<number> {
  return async () => (await getWarmPool(env.WARM_POOL, pool).getStats()).reports;
}
