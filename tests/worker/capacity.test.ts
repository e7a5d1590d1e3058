import { expect, test } from "vitest";
import { WarmPoolError } from "../../dist/index.js";
import { codeOf, errorOf, eventually, ledger, sessions, setFaults, TestPool } from "./harness.ts";

test("of 100 sessions at once 50 are served where 50 containers may exist", async () => {
  const pool = new TestPool({
    warmTarget: 0,
    maxInstances: 50,
    startConcurrency: 20,
    queueTimeout: 5000,
  });
  const answers = await Promise.allSettled(sessions(100).map((session) => pool.claim(session)));

  const served = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const refused = answers.flatMap((answer) =>
    answer.status === "rejected" ? reasonOf(answer) : [],
  );
  expect(new Set(served).size).toBe(50);
  expect(refused).toHaveLength(50);
  for (const error of refused) {
    expect(error).toMatchObject({ code: "capacity_exhausted", status: 503 });
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(0);
  }
  expect(await ledger()).toMatchObject({ starts: 50, maxRunning: 50 });
  expect(await pool.stats()).toMatchObject({ assigned: 50, total: 50, misses: 50, errors: 50 });
});

test("warm containers and those of sessions together stay within the limit", async () => {
  const pool = new TestPool({ warmTarget: 10, maxInstances: 12, startConcurrency: 20 });
  await Promise.all(sessions(5).map((session) => pool.claim(session)));

  await pool.atRest(7);
  expect(await ledger()).toMatchObject({ maxRunning: 12, refused: 0 });
});

test("a limit that only the platform knows is learned, and nothing leaks on the way", async () => {
  const pool = new TestPool({ warmTarget: 0, startConcurrency: 20, queueTimeout: 1000 });
  await setFaults({ capacity: 5 });
  const answers = await Promise.allSettled(sessions(10).map((session) => pool.claim(session)));

  const codes = answers.map((answer) =>
    answer.status === "rejected" ? reasonOf(answer).code : "served",
  );
  expect(codes.filter((code) => code === "served")).toHaveLength(5);
  expect(codes.filter((code) => code === "capacity_exhausted")).toHaveLength(5);
  await pool.atRest(0);
  expect(await pool.stats()).toMatchObject({ assigned: 5, total: 5, learnedLimit: 5 });
  expect(await ledger()).toMatchObject({ starts: 5, maxRunning: 5 });
});

test("a pool without warm containers finds out by itself that there is room again", async () => {
  const pool = new TestPool({ warmTarget: 0, queueTimeout: 200 });
  await setFaults({ capacity: 1 });
  await pool.claim("alice");
  expect(await codeOf(pool.claim("bob"))).toBe("capacity_exhausted");

  await setFaults({ capacity: null });
  await eventually(() => pool.claim("bob"));
  expect(await pool.stats()).toMatchObject({ assigned: 2, total: 2 });
});

test("a raised declaration takes effect with the call that brings it", async () => {
  const pool = new TestPool({ warmTarget: 0, maxInstances: 1, queueTimeout: 0 });
  await pool.claim("alice");
  const error = await errorOf(pool.claim("bob"));
  expect(error).toMatchObject({ code: "capacity_exhausted" });
  expect(error.message).toContain("1 of 1");

  const raised = pool.clientWith({ warmTarget: 0, maxInstances: 2, queueTimeout: 5000 });
  await raised.getContainer("bob");
  expect(await ledger()).toMatchObject({ maxRunning: 2 });
});

test("a session that waits gets the place of a container that has stopped", async () => {
  const pool = new TestPool({ warmTarget: 0, maxInstances: 1, queueTimeout: 20_000 });
  const alices = await pool.claim("alice");
  const bobs = pool.claim("bob");
  await eventually(async () => expect(await pool.stats()).toMatchObject({ waiting: 1 }));
  await pool.object.reportStopped(alices);

  expect(await bobs).not.toBe(alices);
  expect(await ledger()).toMatchObject({ maxRunning: 1, starts: 2 });
});

test("those who wait are served in the order they came", async () => {
  const pool = new TestPool({ warmTarget: 0, maxInstances: 1, queueTimeout: 20_000 });
  const first = await pool.claim("first");
  const served: string[] = [];
  const claims = [];
  for (const [at, session] of sessions(4).entries()) {
    const claim = pool.claim(session).then(async (container) => {
      served.push(session);
      await pool.object.reportStopped(container);
    });
    claims.push(claim);
    await eventually(async () => expect(await pool.stats()).toMatchObject({ waiting: at + 1 }));
  }
  await pool.object.reportStopped(first);
  await Promise.all(claims);

  expect(served).toEqual(sessions(4));
});

function reasonOf({ reason }: PromiseRejectedResult): WarmPoolError {
  expect(reason).toBeInstanceOf(WarmPoolError);
  return reason as WarmPoolError;
}
