import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import {
  createWarmPool,
  type EarlierOptions,
  type PoolOptions,
  type WarmPoolConfig,
} from "../../dist/index.js";
import { codeOf, errorOf, ledger, TestPool } from "./harness.ts";

const BAD_SESSIONS: [string, unknown][] = [
  ["an empty session id", ""],
  ["a session id of 1 MB", "x".repeat(1_000_000)],
  ["a session id of 513 bytes", "x".repeat(513)],
  ["a session id of 257 characters and 514 bytes", "é".repeat(257)],
  ["a session id with a line break", "a\nb"],
  ["a session id with a NUL", "a\0"],
  ["a session id with DEL", "a\x7f"],
  ["a session id with a C1 control character", "a\x85"],
  ["a number for a session id", 7],
  ["undefined for a session id", undefined],
  ["null for a session id", null],
  ["an object for a session id", { toString: () => "alice" }],
  ["an array for a session id", ["alice"]],
  ["a boolean for a session id", true],
];

test.each(BAD_SESSIONS)("%s is refused, and the pool is as it was", async (_, session) => {
  const pool = await usedPool();
  const before = await pool.lastingStats();

  expect(await codeOf(pool.claim(session as string))).toBe("invalid_session");
  expect(await codeOf(pool.object.getContainer(session as string))).toBe("invalid_session");
  const { message } = await errorOf(pool.claim(session as string));
  expect(message.length).toBeLessThan(300);
  expect(await pool.lastingStats()).toEqual(before);
});

const GOOD_SESSIONS: [string, string][] = [
  ["of 512 characters", "x".repeat(512)],
  ["of 512 bytes", "é".repeat(256)],
  ["of one blank", " "],
  ["that looks like a key", "a:b%c/d"],
  ["outside the basic plane", "🙂"],
  ["that is a property of all objects", "constructor"],
  ["that is a prototype", "__proto__"],
  ["that ends a string", "'; --"],
];

test.each(GOOD_SESSIONS)("a session id %s is as good as any", async (_, session) => {
  const pool = new TestPool({ warmTarget: 0 });
  const container = await pool.claim(session);

  expect(await pool.claim(session)).toBe(container);
  expect(await pool.claim("another")).not.toBe(container);
});

const NOT_NUMBERS = ["5", true, NaN, Infinity, -1, 1.5, {}, [], [1], 10n, "", "x".repeat(10_000)];

/** Of each option: values that are wrong, and the outermost that are right. */
const OPTIONS: Record<
  keyof Required<Omit<PoolOptions, keyof EarlierOptions>>,
  { bad: unknown[]; good: unknown[] }
> = {
  warmTarget: { bad: [...NOT_NUMBERS, 1001], good: [0, 1000] },
  maxInstances: { bad: [...NOT_NUMBERS, 10_001], good: [0, 10_000] },
  refreshInterval: { bad: [...NOT_NUMBERS, 0, 999, 3_600_001], good: [1000, 3_600_000] },
  enabled: { bad: ["true", 0, 1, "", {}, []], good: [true, false] },
  startConcurrency: { bad: [...NOT_NUMBERS, 0, 21], good: [1, 20] },
  startTimeout: { bad: [...NOT_NUMBERS, 999, 600_001], good: [1000, 600_000] },
  ports: {
    bad: ["80", {}, true, [0], [65_536], ["80"], [80.5], [[80]], [80, 80], range(17)],
    good: [[], [1], [65_535], range(16), 8080],
  },
  locationHint: { bad: ["", "WEUR", "europe", 1, true, {}, ["weur"]], good: ["weur", "apac-ne"] },
  // Which workerd does not have: see places.test.ts.
  jurisdiction: { bad: ["", "EU", "de", 1, true, {}, ["eu"]], good: [] },
  whenEmpty: { bad: ["", "Start", "never", 1, true, {}], good: ["start", "wait", "fail"] },
  queueTimeout: { bad: [...NOT_NUMBERS, 300_001], good: [0, 300_000] },
  refill: { bad: ["", "Eager", "never", 1, true, {}], good: ["eager", "interval"] },
  containerTtl: {
    bad: [...NOT_NUMBERS, 1, 59_999, 2_592_000_001],
    good: [0, 60_000, 2_592_000_000],
  },
  leaseTimeout: { bad: [...NOT_NUMBERS, 999, 2_592_000_001], good: [0, 1000, 2_592_000_000] },
  onRelease: { bad: ["", "Reset", "keep", 0, false, {}], good: ["destroy", "restart", "reset"] },
  drainTimeout: { bad: [...NOT_NUMBERS, 900_001], good: [0, 900_000] },
  verifyAfter: { bad: [...NOT_NUMBERS, 3_600_001], good: [0, 3_600_000] },
  assignedCheckInterval: { bad: [...NOT_NUMBERS, 999, 3_600_001], good: [1000, 3_600_000] },
  health: {
    bad: [
      7,
      "5 s",
      [],
      true,
      { timeout: 99 },
      { timeout: 60_001 },
      { timeout: "1000" },
      { unhealthyAfter: 0 },
      { unhealthyAfter: 11 },
      { unhealthyAfter: 1.5 },
      { timeOut: 1000 },
      { path: "" },
      { path: "health" },
      { path: "/a b" },
      { path: "/a#b" },
      { path: "/é" },
      { path: "/".repeat(257) },
      { path: 1 },
      { maxMemoryRatio: 0 },
      { maxMemoryRatio: 1.001 },
      { maxMemoryRatio: "0.5" },
      { maxCpuRatio: -1 },
      { maxCpuRatio: NaN },
    ],
    good: [
      {},
      { timeout: 100 },
      { timeout: 60_000, unhealthyAfter: 1 },
      { unhealthyAfter: 10 },
      { path: "/" },
      { path: `/health?${"x".repeat(248)}` },
      { maxMemoryRatio: 0.001, maxCpuRatio: 1 },
    ],
  },
  revision: { bad: ["", 1, true, {}, [], "é".repeat(65)], good: ["x", "x".repeat(128)] },
  revisionOrder: { bad: [...NOT_NUMBERS, 100_000_000_000_001], good: [0, 100_000_000_000_000] },
  rollout: {
    bad: [
      1,
      "fast",
      { maxSurge: 101 },
      { maxSurge: 0 },
      { maxSurge: 0, maxUnavailable: 0 },
      { maxUnavailable: -1 },
      { maxUnavailable: 101 },
      { surge: 1 },
    ],
    good: [{}, { maxSurge: 100, maxUnavailable: 100 }, { maxSurge: 0, maxUnavailable: 1 }],
  },
  containerBinding: {
    bad: ["", 7, {}, [], true, "x".repeat(129)],
    good: ["CONTAINER"],
  },
};

test.each(Object.entries(OPTIONS))(
  "a wrong %s is refused by name, and the pool is as it was",
  async (option, { bad }) => {
    const pool = await usedPool();
    const before = await pool.lastingStats();
    for (const value of bad) {
      const options = { [option]: value } as WarmPoolConfig;
      const error = await errorOf(pool.clientWith(options).getContainer("bob"));
      expect(error, String(value)).toMatchObject({ code: "invalid_config", status: 400 });
      expect(error.message).toContain(option);
      expect(error.message.length).toBeLessThan(500);
      expect(await codeOf(pool.object.configure(options)), String(value)).toBe("invalid_config");
    }
    expect(await pool.lastingStats()).toEqual(before);
    expect(await ledger()).toMatchObject({ starts: 2 });
  },
);

test("the outermost right values are taken", async () => {
  const pool = await usedPool();
  for (const [option, { good }] of Object.entries(OPTIONS)) {
    for (const value of good) {
      await pool.object.configure({
        warmTarget: 1,
        containerBinding: "CONTAINER",
        enabled: false,
        [option]: value,
      });
    }
  }
});

test("no option that is in force is missing from these tests", async () => {
  const { config } = await (await usedPool()).stats();
  expect(Object.keys(config).sort()).toEqual(Object.keys(OPTIONS).sort());
});

test.each(["warmtarget", "warm_target", "foo", "__proto__", "constructor", ""])(
  "the unknown option %j is refused, and the pool is as it was",
  async (option) => {
    const pool = await usedPool();
    const before = await pool.lastingStats();
    const options = JSON.parse(`{${JSON.stringify(option)}:1,"warmTarget":7}`) as PoolOptions;

    expect(await codeOf(pool.object.configure(options))).toBe("invalid_config");
    expect(await pool.lastingStats()).toEqual(before);
  },
);

const BAD_NAMES: [string, unknown][] = [
  ["that is empty", ""],
  ["of 129 bytes", "x".repeat(129)],
  ["with a line break", "a\nb"],
  ["that is a number", 7],
  ["that is null", null],
  ["that is an object", {}],
];

test.each(BAD_NAMES)("a pool name %s is refused", async (_, name) => {
  const poolName = name as string;
  const client = createWarmPool(env.WARM_POOL, env.CONTAINER, { poolName });

  expect(await codeOf(client.getContainer("alice"))).toBe("invalid_config");
});

test("a binding that does not exist is named with those that do", async () => {
  const pool = await usedPool();
  const before = await pool.lastingStats();
  const error = await errorOf(pool.object.configure({ containerBinding: "NOWHERE" }));

  expect(error.message).toContain("[misconfigured]");
  expect(error.message).toContain("NOWHERE");
  expect(error.message).toContain("CONTAINER");
  expect(await pool.lastingStats()).toEqual(before);
});

/** With one session, one warm container and nothing under way. */
async function usedPool(): Promise<TestPool> {
  const pool = new TestPool({ warmTarget: 1, refreshInterval: 3_600_000 });
  await pool.claim("alice");
  await pool.atRest(1);
  return pool;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
