// Claims that come at once are decided at once: one commit, and each its own answer.
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { Batch, type Call } from "../../js/batch.ts";
import { sessions, TestPool } from "./harness.ts";

const CONFIG = { warmTarget: 60, startConcurrency: 20, refreshInterval: 3_600_000 };

test("claims that come at once share commits, and no container", async () => {
  const pool = await filled();
  const commits = await transactions(pool);
  const names = await Promise.all(sessions(60).map((session) => pool.claim(session)));

  expect(new Set(names).size).toBe(60);
  expect(commits.count).toBeGreaterThan(0);
  expect(commits.count).toBeLessThan(40);
  expect(await pool.stats()).toMatchObject({ hits: 60, misses: 0, assigned: 60 });
});

test("those whose common commit fails are all told, and none of them has anything", async () => {
  const pool = await filled();
  await failSecondUpdate(pool);
  const answers = await Promise.allSettled(sessions(60).map((session) => pool.claim(session)));
  const failed = answers.filter(({ status }) => status === "rejected");

  expect(failed.length).toBeGreaterThan(1);
  for (const answer of failed) {
    expect(String((answer as PromiseRejectedResult).reason)).toContain("disk I/O error");
  }
  expect(await pool.stats()).toMatchObject({ assigned: 60 - failed.length, storageFailures: 1 });

  const names = await Promise.all(sessions(60).map((session) => pool.claim(session)));
  expect(new Set(names).size).toBe(60);
});

test("what comes after claims finds them done", async () => {
  const pool = await filled();
  const claims = sessions(40).map((session) => pool.object.getContainer(session));
  const [last = ""] = sessions(40).slice(-1);
  const stub = pool.object;
  const [, released] = await Promise.all([
    stub.claim(last, undefined),
    stub.releaseContainer(last),
    ...claims,
  ]);

  expect(released).toBe(true);
  expect(await pool.object.lookupContainer(last)).toBeNull();
});

test("who comes alone is not kept waiting, but for the first 8 and one of 16", () => {
  const batch = new Batch(
    () => new Promise(() => undefined),
    () => [],
  );
  const waited = Array.from({ length: 100 }, (_, at) => {
    const waits = batch.join(call(at)) !== undefined;
    batch.end();
    return waits ? [at] : [];
  });

  expect(waited.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 15, 31, 47, 63, 79, 95]);
});

test("once some have come together, all wait for each other", async () => {
  const decided: number[] = [];
  let durable: () => void = () => undefined;
  const batch = new Batch(
    () => new Promise((done) => (durable = done)),
    (calls) => {
      decided.push(calls.length);
      return calls.map(([session]) => `for ${String(session)}`);
    },
  );
  let at = 0;
  while (!batch.join(call(at))) at += 1;
  const others = [1, 2, 3].flatMap((more) => batch.join(call(at + more)) ?? []);
  durable();

  expect(await Promise.all(others)).toEqual([1, 2, 3].map((more) => `for ${at + more}`));
  const next = batch.join(call(at + 4));
  expect(next).toBeDefined();
  batch.end();
  expect(await next).toBe(`for ${at + 4}`);
  expect(decided).toEqual([4, 1]);
});

test("where deciding throws, all who wait are told", async () => {
  const batch = new Batch(
    () => Promise.resolve(),
    () => {
      throw new Error("a panic");
    },
  );
  let first: Promise<string> | undefined;
  while (!first) first = batch.join(call(0));
  const second = batch.join(call(1));

  await expect(first).rejects.toThrow("a panic");
  await expect(second).rejects.toThrow("a panic");
});

function call(at: number): Call {
  return [at, undefined, undefined];
}

/** A pool with all its containers warm, which starts no others. */
async function filled(): Promise<TestPool> {
  const pool = new TestPool(CONFIG);
  await pool.client.prime();
  await pool.atRest(60);
  await pool.object.configure({ ...CONFIG, refill: "interval" });
  return pool;
}

/** Counts the transactions of the pool's object. */
async function transactions(pool: TestPool): Promise<{ count: number }> {
  const told = { count: 0 };
  await runInDurableObject(pool.object, (_, { storage }) => {
    const transact = storage.transactionSync.bind(storage);
    storage.transactionSync = (work) => {
      told.count += 1;
      return transact(work);
    };
  });
  return told;
}

/** Has the first commit fail that moves two containers, at the second of them. */
async function failSecondUpdate(pool: TestPool): Promise<void> {
  let moved = 0;
  let failed = false;
  await runInDurableObject(pool.object, (_, { storage }) => {
    const transact = storage.transactionSync.bind(storage);
    const exec = storage.sql.exec.bind(storage.sql);
    const counting = (query: string, ...params: unknown[]) => {
      moved += query.includes("UPDATE container") ? 1 : 0;
      if (moved < 2 || failed) return exec(query, ...params);
      failed = true;
      throw new Error("disk I/O error");
    };
    storage.transactionSync = (work) => {
      moved = 0;
      storage.sql.exec = counting as never;
      try {
        return transact(work);
      } finally {
        storage.sql.exec = exec;
      }
    };
  });
}
