// What those see who run the pools: status, capacity, metrics, what happened lately.
import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { sessions, TestPool } from "./harness.ts";
import { ask, statusRequest, workerWith } from "./requests.ts";

const pool = () => new TestPool({ poolName: "default" });

interface Capacity {
  pool_hits: number;
  pool_misses: number;
  pool_total_creates: number;
  pool_hit_rate_bp: number;
  on_demand_boot_ms_mean: number;
}

interface Minute {
  at: number;
  sticky: number;
  hits: number;
  misses: number;
  errors: number;
  claim_p50_ms: number;
  claim_p99_ms: number;
  idle_seconds: number;
}

interface Step {
  at: number;
  container: string;
  generation: number;
  to: string;
  cause?: string;
  session?: string;
}

interface Lately {
  minutes: Minute[];
  transitions: Step[];
  dropped: number;
}

interface Status {
  pools: { default: { error?: { message: string } } };
}

function see(path: string, query = ""): Promise<Response> {
  const headers = { "x-api-key": env.WARM_POOL_API_KEY };
  return exports.default.fetch(new Request(`https://pool.example${path}${query}`, { headers }));
}

/** One miss, one sticky claim and one hit. */
async function used(): Promise<void> {
  await (await ask("/whoami", { session: "alice" })).text();
  // Past the hint, which would answer without the pool.
  await pool().object.getContainer("alice");
  await pool().atRest(2);
  await (await ask("/whoami", { session: "<bob>" })).text();
  await pool().atRest(2);
}

/** The value of a sample; not a number where there is none. */
function sample(text: string, name: string, labels = ""): number {
  const line = text
    .split("\n")
    .find((line) => line.startsWith(`${name}{runtime="default"${labels}} `));
  return Number(line?.split(" ").at(-1));
}

test("the metrics are text that tells what was claimed, and adds up", async () => {
  await used();
  const answer = await see("/metrics");
  const text = await answer.text();

  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(sample(text, "warm_pool_up")).toBe(1);
  for (const [outcome, count] of [
    ["sticky", 1],
    ["hit", 1],
    ["miss", 1],
    ["error", 0],
  ] as const) {
    const label = `,outcome="${outcome}"`;
    expect(sample(text, "warm_pool_claims_total", label)).toBe(count);
    expect(sample(text, "warm_pool_claim_duration_seconds_count", label)).toBe(count);
  }
  const inState = (state: string) => sample(text, "warm_pool_containers", `,state="${state}"`);
  expect(inState("warm")).toBe(2);
  expect(inState("assigned")).toBe(2);
  expect(sample(text, "warm_pool_started_total")).toBe(4);
  expect(sample(text, "warm_pool_start_duration_seconds_count", ',outcome="ready"')).toBe(4);
  const waited = sample(text, "warm_pool_claim_duration_seconds_sum", ',outcome="miss"');
  expect(waited).toBeGreaterThan(0);
  expect(sample(text, "warm_pool_idle_seconds_total")).toBeGreaterThan(0);
  expect(sample(text, "warm_pool_size")).toBe(2);
  expect(text).not.toContain("alice");
});

test("metrics outlive the object's memory and do not go back", async () => {
  await used();
  const counters = async () => {
    const lines = (await (await see("/metrics")).text()).split("\n");
    const counting = lines.filter((line) => /^\w+_(total|bucket|sum|count)\{/.test(line));
    return new Map(counting.map((line) => line.split("} ") as [string, string]));
  };
  const before = await counters();
  await pool().abort();
  await (await ask("/whoami", { session: "alice" })).text();
  const after = await counters();

  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [name, count] of before) {
    expect(Number(after.get(name)), name).toBeGreaterThanOrEqual(Number(count));
  }
});

test("the capacity is told of each pool and of all", async () => {
  await used();
  const { pools, ...all } = await (
    await see("/v1/capacity")
  ).json<Capacity & { pools: { default: Capacity } }>();

  expect(all).toEqual(pools.default);
  expect(all).toMatchObject({
    pool_hits: 1,
    pool_misses: 1,
    pool_total_creates: 4,
    pool_hit_rate_bp: 5000,
  });
  const { onDemandBootMsMean, claimDurations } = await pool().stats();
  expect(all.on_demand_boot_ms_mean).toBe(onDemandBootMsMean);
  expect(claimDurations.miss.sumMs).toBe(onDemandBootMsMean);
});

test("what happened lately is told by minutes and transitions, and no session by its id", async () => {
  await used();
  const text = await (await see("/api/v1/warm-pool/activity")).text();
  const { minutes, transitions, dropped } = (JSON.parse(text) as { pools: { default: Lately } })
    .pools.default;

  const sum = (figure: "sticky" | "hits" | "misses" | "errors") =>
    minutes.reduce((sum, minute) => sum + minute[figure], 0);
  expect([sum("sticky"), sum("hits"), sum("misses"), sum("errors")]).toEqual([1, 1, 1, 0]);
  for (const { at, claim_p50_ms: half, claim_p99_ms: most } of minutes) {
    expect(at % 60_000).toBe(0);
    expect(half).toBeLessThanOrEqual(most);
  }
  const steps = (place: string) => transitions.filter(({ to }) => to === place).length;
  // The one that was a miss was nobody's for no time at all.
  expect([steps("starting"), steps("warm"), steps("assigned")]).toEqual([4, 3, 2]);
  expect(transitions).toHaveLength(9);
  expect(transitions.map(({ at }) => at)).toEqual(
    transitions.map(({ at }) => at).sort((one, other) => other - one),
  );
  expect(dropped).toBe(0);
  const claimed = transitions.filter(({ to }) => to === "assigned");
  for (const { session } of claimed) expect(session).toMatch(/^[0-9a-f]{16}$/);
  expect(text).not.toContain("alice");
  expect(text).not.toContain("bob");
});

test("of many transitions the last hundred are told, and how many there were before", async () => {
  const claims = sessions(60).map((session) => pool().client.getContainer(session));
  await Promise.all(claims);
  const { pools } = await (
    await see("/api/v1/warm-pool/activity")
  ).json<{ pools: { default: Lately } }>();

  expect(pools.default.transitions).toHaveLength(100);
  expect(pools.default.dropped).toBeGreaterThanOrEqual(20);
});

test("the status tells ages, the last hour and what being ready costs", async () => {
  await used();
  const { pools } = await (await see("/api/v1/warm-pool/status")).json<Status>();

  expect(pools.default).toMatchObject({
    size: 2,
    target: 2,
    waiting: 0,
    claims_waiting: 0,
    learned_capacity: null,
    oldest_warm_ms: expect.any(Number) as number,
    oldest_assigned_ms: expect.any(Number) as number,
    idle: {
      container_seconds: expect.any(Number) as number,
      instance_type: "lite",
      estimated_usd: expect.any(Number) as number,
      prices_of: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string,
    },
    last_hour: { sticky: 1, hits: 1, misses: 1, errors: 0, hit_rate: 0.5 },
  });
});

test("an instance type there is not is the operator's mistake, and the pool is not shown", async () => {
  const wrong = { ...env, WARM_POOL_INSTANCE_TYPE: "huge" };
  const { pools } = await (await workerWith(wrong).fetch(statusRequest())).json<Status>();

  expect(pools.default.error?.message).toBe(
    'invalid variable WARM_POOL_INSTANCE_TYPE: "huge" is not one of lite, basic, standard-1, ' +
      "standard-2, standard-3, standard-4",
  );
  const larger = { ...env, WARM_POOL_DEFAULT_INSTANCE_TYPE: "standard-4" };
  const status = await (await workerWith(larger).fetch(statusRequest())).json<Status>();
  expect(status.pools.default).toMatchObject({ idle: { instance_type: "standard-4" } });
});

test.each(["/v1/capacity", "/metrics", "/api/v1/warm-pool/activity"])(
  "%s is narrowed to one runtime, and refuses what it does not know",
  async (path) => {
    expect(await (await see(path, "?runtime=default")).text()).toContain("default");
    expect((await see(path, "?runtime=ruby")).status).toBe(404);
    expect((await see(path, "?limit=5")).status).toBe(400);
  },
);
