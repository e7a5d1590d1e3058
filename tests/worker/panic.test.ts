import { env, exports } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { errorOf, eventually, ledger, setFaults, TestPool, times } from "./harness.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("after a panic the next call is answered from the recorded state", async () => {
  const pool = new TestPool({ warmTarget: 2, refreshInterval: 3_600_000 });
  const alices = await pool.claim("alice");
  await pool.atRest(2);
  await panic(pool);

  expect(await eventually(() => pool.claim("alice"))).toBe(alices);
  await pool.atRest(2);
  expect((await ledger()).running.map(({ id }) => id).sort()).toEqual(await pool.tracked());
  expect(await pool.claim("bob")).not.toBe(alices);
});

test("a panic in one pool costs another nothing but its memory", async () => {
  const [pool, other] = [new TestPool({ warmTarget: 1 }), new TestPool({ warmTarget: 1 })];
  const alices = await other.claim("alice");
  await pool.claim("bob");
  await Promise.all([pool.atRest(1), other.atRest(1)]);
  await panic(pool);

  expect(await eventually(() => other.claim("alice"))).toBe(alices);
  await Promise.all([pool.atRest(1), other.atRest(1)]);
  expect(await ledger()).toMatchObject({ starts: 4 });
});

test("a pool that panicked is woken by its alarm", async () => {
  const pool = new TestPool({ warmTarget: 1, refreshInterval: 1000 });
  await pool.claim("alice");
  await pool.atRest(1);
  await panic(pool);

  expect(await pool.wake()).toBe(true);
  await pool.atRest(1);
});

test("after a panic the dashboard is still there", async () => {
  await panic(new TestPool({ warmTarget: 0 }));

  const answer = await exports.default.fetch("https://pool.example/dashboard");
  expect([answer.status, (await answer.text()).length > 10_000]).toEqual([200, true]);
});

test("a claim that waits in another pool when a pool panics gets a typed error", async () => {
  await setFaults({ starts: times(1, { kind: "hang" }) });
  const [pool, other] = [new TestPool({ warmTarget: 0 }), new TestPool({ warmTarget: 0 })];
  const waiting = errorOf(other.client.getContainer("alice"));
  await eventually(async () => expect(await other.stats()).toMatchObject({ waiting: 1 }));
  await panic(pool);

  expect(await waiting).toMatchObject({ code: "pool_unavailable", status: 503 });
});

test("a claim that reads its hint when a pool panics goes on without a hint", async () => {
  const hints = Object.create(env.HINTS) as KVNamespace;
  const read = new Promise((begun) => {
    hints.get = () => {
      begun(undefined);
      return new Promise<never>(() => undefined);
    };
  });
  hints.put = () => Promise.resolve();
  const pool = new TestPool({ warmTarget: 0, idCache: hints });
  // The time limit of the read is the ended instance's as well: it would throw when it is over.
  const timers = vi.spyOn(globalThis, "setTimeout").mockReturnValue(0);
  const claimed = pool.claim("alice");
  await read;
  timers.mockRestore();
  await panic(new TestPool({ warmTarget: 0 }));

  expect(await pool.tracked()).toEqual([]);
  expect(await claimed).toBeTruthy();
});

/**
 * The pool takes random bytes for granted: when the platform has none, making a container's name
 * panics in the middle of a decision. The pool object exists before that, as it draws random bytes
 * when it is built.
 */
async function panic(pool: TestPool): Promise<void> {
  await pool.stats();
  const broken = vi.spyOn(crypto, "getRandomValues").mockImplementation(() => {
    throw new Error("no random bytes");
  });
  const error = await errorOf(pool.object.getContainer("mallory"));
  expect(broken).toHaveBeenCalled();
  broken.mockRestore();
  expect(error.message).toContain("panic");
}
