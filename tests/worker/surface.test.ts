import { expect, test } from "vitest";
import { codeOf, errorOf, ledger, nameOf, TestPool } from "./harness.ts";

test("a session's container is looked up without a claim", async () => {
  const pool = new TestPool({ warmTarget: 1 });
  expect(await pool.client.lookupContainer("alice")).toBeNull();
  expect(await ledger()).toMatchObject({ asked: 0 });

  const container = await pool.claim("alice");
  const found = await pool.client.lookupContainer("alice");
  expect(found && nameOf(found)).toBe(container);
  expect(await pool.object.lookupContainer("alice")).toBe(container);
  expect(await pool.object.lookupContainer("bob")).toBeNull();
  expect(await codeOf(pool.object.lookupContainer(""))).toBe("invalid_session");
  expect(await pool.stats()).toMatchObject({ claims: 1, assigned: 1 });
});

test("only calls of the pool can be made by name, and their errors are text", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  const error = await errorOf(pool.object.callText("alarm" as never));
  expect(error.message).toContain("there is no call alarm");
  const refused = JSON.parse(String(await pool.object.callText("release", ""))) as unknown;
  expect(refused).toMatchObject({ error: { code: "invalid_session", status: 400 } });
  expect(await pool.object.callText("release", "alice")).toBe(false);
});

test("more than the target can be warmed up, once, and sessions use it up", async () => {
  const pool = new TestPool({ warmTarget: 1 });
  await pool.client.warmup(4);
  await pool.atRest(4);
  await pool.claim("alice");
  await pool.claim("bob");
  await pool.atRest(2);
  await pool.evict();
  await pool.claim("carol");
  await pool.claim("dave");
  await pool.atRest(1);
  expect(await pool.stats()).toMatchObject({ hits: 4, evictions: 0, started: 5 });
});

test("a warm-up without a number fills the pool to its target", async () => {
  const pool = new TestPool({ warmTarget: 2, refill: "interval", refreshInterval: 3_600_000 });
  await pool.client.warmup();
  await pool.atRest(2);
});

test.each([0, 1001, 1.5, -1, NaN, "3", null])(
  "a warm-up of %s is refused, and changes nothing",
  async (count) => {
    const pool = new TestPool({ warmTarget: 0 });
    const error = await errorOf(pool.object.warmup(count as number));
    expect(error.message).toContain("count");
    expect(error.message).toContain("1 to 1000");
    expect(await pool.stats()).toMatchObject({ total: 0 });
  },
);

test("the names that earlier packages had for options mean the same", async () => {
  const pool = new TestPool({
    minContainers: 2,
    maxContainers: 7,
    healthCheckInterval: 20_000,
    scaleBatchSize: 3,
    startupTimeout: 9000,
    acquireTimeout: 300_000,
  });
  await pool.client.prime();
  const { config, assigned, starting, ...stats } = await pool.stats();
  expect(config).toMatchObject({
    warmTarget: 2,
    maxInstances: 7,
    refreshInterval: 20_000,
    startConcurrency: 3,
    startTimeout: 9000,
    leaseTimeout: 300_000,
  });
  expect(stats).toMatchObject({ acquired: assigned, warming: starting });
});

test("an option is not named twice", async () => {
  const pool = new TestPool({ warmTarget: 1, minContainers: 2 });
  const error = await errorOf(pool.client.prime());
  expect(error).toMatchObject({ code: "invalid_config" });
  expect(error.message).toContain("minContainers");
  expect(error.message).toContain("warmTarget");
});

test("a session whose container crashed, was replaced and then released is told each step", async () => {
  const pool = new TestPool({ warmTarget: 1 });
  const first = await pool.claim("alice");
  await pool.object.reportStopped(first);
  const second = await pool.claim("alice");
  await pool.client.releaseContainer("alice");
  await pool.atRest(1);

  const { container, steps, dropped } = await pool.client.explain("alice");
  expect({ container, dropped }).toEqual({ container: null, dropped: 0 });
  const told = (name: string) =>
    steps.filter((step) => step.container === name).map(({ to, cause }) => [to, cause]);
  expect(told(first)).toEqual([
    ["starting", null],
    ["assigned", null],
    ["stopping", "stopped"],
    ["gone", null],
  ]);
  // Whether it was warm first hangs on how fast it was.
  expect(told(second).filter(([to]) => to !== "warm")).toEqual([
    ["starting", null],
    ["assigned", null],
    ["draining", "released"],
    ["stopping", "released"],
    ["gone", null],
  ]);
  expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort());
  expect(steps.find(({ to }) => to === "draining")?.why).toBe("its session released it");
});

test("what happened survives the loss of memory, and is told to nobody else", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  const container = await pool.claim("alice");
  await pool.claim("bob");
  await pool.client.explain("bob");
  await pool.abort();

  const alices = await pool.client.explain("alice");
  expect(alices.container).toMatchObject({ name: container, generation: 1 });
  expect(new Set(alices.steps.map((step) => step.container))).toEqual(new Set([container]));
  expect(await pool.client.explain("carol")).toMatchObject({
    container: null,
    steps: [],
    dropped: 0,
  });
  expect(await codeOf(pool.client.explain(""))).toBe("invalid_session");
});
