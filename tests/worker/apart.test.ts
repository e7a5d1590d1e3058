import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { ledger, sessions, TestPool } from "./harness.ts";

test("two pools on one container namespace share neither containers nor sessions", async () => {
  const [left, right] = [new TestPool({ warmTarget: 2 }), new TestPool({ warmTarget: 1 })];
  const all = sessions(5);
  const claimed = await Promise.all(
    [left, right].flatMap((pool) => all.map((session) => pool.claim(session))),
  );
  expect(new Set(claimed).size).toBe(10);

  await Promise.all([left.atRest(2), right.atRest(1)]);
  const tracked = await Promise.all([left.tracked(), right.tracked()]);
  expect(tracked.map(({ length }) => length)).toEqual([7, 6]);
  expect(new Set(tracked.flat()).size).toBe(13);
  const running = (await ledger()).running.map(({ id }) => id);
  expect(running.sort()).toEqual(tracked.flat().sort());
});

test("what is done to one pool does nothing to the other", async () => {
  const [left, right] = [new TestPool({ warmTarget: 2 }), new TestPool({ warmTarget: 2 })];
  const [, rights] = await Promise.all([left.claim("alice"), right.claim("alice")]);
  await Promise.all([left.atRest(2), right.atRest(2)]);

  await left.object.reportStopped(rights);
  await left.client.releaseContainer("alice");
  await left.client.shutdown();
  await left.object.configure({ warmTarget: 0 });
  await left.atRest(0);

  expect(await left.stats()).toMatchObject({ total: 0, unknownReports: 1 });
  expect(await right.atRest(2)).toMatchObject({ assigned: 1, reports: 0, started: 3, gone: 0 });
  expect(await right.claim("alice")).toBe(rights);
});

test("a limit of one pool is none of the other's", async () => {
  const full = new TestPool({ warmTarget: 0, maxInstances: 1 });
  const free = new TestPool({ warmTarget: 0, maxInstances: 3 });
  await full.claim("alice");
  await Promise.all(sessions(3).map((session) => free.claim(session)));

  expect(await full.stats()).toMatchObject({ assigned: 1, maxInstances: 1 });
  expect(await free.stats()).toMatchObject({ assigned: 3, maxInstances: 3, errors: 0 });
});

test("names of pool and session that read alike together lead to two containers", async () => {
  const [left, right] = ["a:b", "a"].map((poolName) => {
    return new TestPool({ poolName, warmTarget: 0, idCache: env.HINTS });
  });
  const containers = await Promise.all([left!.claim("c"), right!.claim("b:c")]);
  await expect.poll(async () => (await env.HINTS.list()).keys.length).toBe(2);

  expect(new Set(containers).size).toBe(2);
  expect(await Promise.all([left!.claim("c"), right!.claim("b:c")])).toEqual(containers);
});
