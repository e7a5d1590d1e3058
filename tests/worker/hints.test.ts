import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { eventually, kill, ledger } from "./harness.ts";
import { HintedPool, hintOf } from "./hinted.ts";

/** Longer than any call to KV may hold up a claim. */
const LIMIT_MS = 3000;

test("the second request of a session does not reach the pool", async () => {
  const pool = new HintedPool();
  const first = await pool.claim("alice");
  await hintOf(pool, "alice");
  expect(pool.calls).toBe(1);

  for (let i = 0; i < 5; i++) expect(await pool.claim("alice")).toBe(first);
  expect(pool.calls).toBe(1);
  expect(await pool.plain.stats()).toMatchObject({ claims: 1 });
});

test("a hint to a container that has died is dropped, and the pool's answer takes its place", async () => {
  const pool = new HintedPool({ verifyAfter: 0 });
  const first = await pool.claim("alice");
  const before = await hintOf(pool, "alice");
  await kill(first);

  const second = await pool.claim("alice");
  expect(second).not.toBe(first);
  expect(pool.calls).toBe(2);
  await eventually(async () => expect(await hintOf(pool, "alice")).not.toBe(before));
  expect(await hintOf(pool, "alice")).toContain(second);
  expect(await pool.claim("alice")).toBe(second);
  expect(pool.calls).toBe(2);
});

test("a hint that was given before a lease was turned on does not keep the lease from being renewed", async () => {
  const without = new HintedPool();
  const container = await without.claim("alice");
  const before = await hintOf(without, "alice");
  const poolName = without.plain.name;
  const leased = new HintedPool({ poolName, leaseTimeout: 600_000 });
  expect(await leased.claim("alice")).toBe(container);
  expect(leased.calls).toBe(1);

  // The next one lasts as long as the lease can do without a claim.
  await eventually(async () => expect(await hintOf(leased, "alice")).not.toBe(before));
  expect(await leased.claim("alice")).toBe(container);
  expect(leased.calls).toBe(1);
});

test("a hint to a container whose stop was reported does not bring it back", async () => {
  const pool = new HintedPool();
  const first = await pool.claim("alice");
  await hintOf(pool, "alice");
  await pool.plain.object.reportStopped(first);
  await pool.plain.atRest(0);

  expect(await pool.claim("alice")).not.toBe(first);
  expect((await ledger()).runs.find(({ name }) => name === first)).toMatchObject({
    running: false,
  });
});

test("hints of two pools for the same session are told apart", async () => {
  const [one, other] = [new HintedPool(), new HintedPool()];
  const containers = [await one.claim("alice"), await other.claim("alice")];
  await hintOf(one, "alice");
  await hintOf(other, "alice");

  expect([await one.claim("alice"), await other.claim("alice")]).toEqual(containers);
  expect(new Set(containers).size).toBe(2);
});

test.each(["", "null", "{}", "[1]", '{"name":"x"}', "x".repeat(100_000)])(
  "a hint that is none (%.20s) costs a call to the pool",
  async (text) => {
    const pool = new HintedPool();
    const first = await pool.claim("alice");
    const hint = await hintOf(pool, "alice");
    await env.HINTS.put(pool.keyOf("alice"), text);

    expect(await pool.claim("alice")).toBe(first);
    expect(pool.calls).toBe(2);
    await eventually(async () => expect(await hintOf(pool, "alice")).toContain(first));
    expect(hint).toContain(first);
  },
);

const FAULTS: [string, () => Promise<never>][] = [
  [
    "throws",
    () => {
      throw new Error("KV is down");
    },
  ],
  ["rejects", () => Promise.reject(new Error("KV GET failed: 500 Internal Server Error"))],
  ["never answers", () => new Promise<never>(() => undefined)],
];

test.each(FAULTS)("KV that %s costs a claim nothing but time under a limit", async (_, fail) => {
  const pool = new HintedPool({ idCache: fakeKv({ get: fail, put: fail, delete: fail }) });
  const containers = [];
  for (let i = 0; i < 3; i++) {
    const claimedFrom = Date.now();
    containers.push(await pool.claim("alice"));
    expect(Date.now() - claimedFrom).toBeLessThan(LIMIT_MS);
  }

  expect(new Set(containers).size).toBe(1);
  expect(await pool.plain.stats()).toMatchObject({ claims: 3, misses: 1, sticky: 2, errors: 0 });
});

test.each(FAULTS)(
  "KV that answers, but %s when it is written to, fails no claim",
  async (_, fail) => {
    const stale = JSON.stringify({
      name: crypto.randomUUID(),
      generation: 1,
      expiresAtMs: Date.now() + 600_000,
    });
    const kv = fakeKv({ get: () => Promise.resolve(stale), put: fail, delete: fail });
    const pool = new HintedPool({ idCache: kv });
    const claimedFrom = Date.now();

    expect(await pool.claim("alice")).toBe(await pool.plain.claim("alice"));
    expect(Date.now() - claimedFrom).toBeLessThan(LIMIT_MS);
  },
);

/** Stands for the platform's faults, which real KV does not have here. */
function fakeKv(methods: Record<"get" | "put" | "delete", () => Promise<unknown>>): KVNamespace {
  return methods as unknown as KVNamespace;
}
