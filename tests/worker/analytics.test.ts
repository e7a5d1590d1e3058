// Data points for Workers Analytics Engine.
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { createWarmPool, type WarmPoolConfig } from "../../dist/index.js";
import { codeOf, eventually } from "./harness.ts";
import { workerWith } from "./requests.ts";
import { bind, Dataset } from "./telling.ts";

function poolOf(
  bindings: object,
  config: WarmPoolConfig = {},
  name = `pool ${crypto.randomUUID()}`,
) {
  bind(name, bindings);
  const options = { warmTarget: 1, maxInstances: 3, refreshInterval: 3_600_000, ...config };
  const client = createWarmPool(env.TELLING, env.CONTAINER, { ...options, poolName: name });
  return { name, client, claim: (session: string) => client.getContainer(session) };
}

test("each outcome of a claim is a data point", async () => {
  const dataset = new Dataset();
  const pool = poolOf({ WARM_POOL_ANALYTICS: dataset }, { queueTimeout: 0 });
  await pool.claim("alice");
  await pool.claim("alice");
  await eventually(async () => expect(await pool.client.stats()).toMatchObject({ warm: 1 }));
  await pool.claim("bob");
  await eventually(async () => expect(await pool.client.stats()).toMatchObject({ warm: 1 }));
  await pool.claim("carol");
  expect(await codeOf(pool.claim("dave"))).toBe("capacity_exhausted");

  const outcomes = dataset.points.map(({ blobs }) => blobs[1]);
  expect(outcomes).toEqual(["miss", "sticky", "hit", "hit", "capacity_exhausted"]);
  for (const { indexes, blobs, doubles } of dataset.points) {
    expect(indexes).toEqual([pool.name]);
    expect(blobs[0]).toBe(pool.name);
    expect(doubles[1]).toBe(1);
  }
  // A start takes 20 ms and more here, an answer from memory none.
  expect(dataset.points[0]!.doubles[0]).toBeGreaterThanOrEqual(10);
  expect(dataset.points[1]!.doubles[0]).toBe(0);
});

test("a sample stands for more claims than one", async () => {
  const dataset = new Dataset();
  const pool = poolOf({ WARM_POOL_ANALYTICS: dataset, WARM_POOL_ANALYTICS_SAMPLE: "0.25" });
  const chances = [0.5, 0.1, 0.25, 0.2];
  await pool.claim("alice");
  dataset.points.length = 0;
  const random = vi.spyOn(Math, "random").mockImplementation(() => chances.shift() ?? 1);
  for (let n = 0; n < 4; n++) await pool.claim("alice");
  random.mockRestore();

  expect(dataset.points.map(({ doubles }) => doubles[1])).toEqual([4, 4]);
});

test("of a sample of nothing there is none", async () => {
  const dataset = new Dataset();
  const pool = poolOf({ WARM_POOL_ANALYTICS: dataset, WARM_POOL_ANALYTICS_SAMPLE: 0 });
  for (let n = 0; n < 20; n++) await pool.claim("alice");

  expect(dataset.asked).toBe(0);
});

test("a dataset that throws costs no claim, and is told of at 1, 2, 4 and 8", async () => {
  const dataset = new Dataset(() => true);
  const pool = poolOf({ WARM_POOL_ANALYTICS: dataset });
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  for (let n = 0; n < 10; n++) await pool.claim("alice");
  const told = warn.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
  warn.mockRestore();

  expect(dataset.asked).toBe(10);
  expect(told.map(({ event }) => event)).toEqual(Array(4).fill("analytics_failed"));
  expect(told.at(-1)).toMatchObject({
    pool: pool.name,
    message: "8 data points could not be written, the last: refused by a test",
  });
});

test("a name that is too long for an index is cut", async () => {
  const dataset = new Dataset();
  const name = `${crypto.randomUUID()}${"🦀".repeat(23)}`;
  const pool = poolOf({ WARM_POOL_ANALYTICS: dataset }, {}, name);
  await pool.claim("alice");

  const [point] = dataset.points;
  expect(new TextEncoder().encode(point!.indexes[0]).length).toBe(96);
  expect(point!.blobs[0]).toBe(name);
});

test("a sample that is none is answered by the Worker", async () => {
  const worker = workerWith({ ...env, WARM_POOL_ANALYTICS_SAMPLE: "150%" });
  const headers = { "x-session-id": "alice" };
  const answer = await worker.fetch(new Request("https://pool.example/", { headers }));

  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({
    error: {
      code: "misconfigured",
      message: 'invalid variable WARM_POOL_ANALYTICS_SAMPLE: "150%" is not a number from 0 to 1',
    },
  });
});
