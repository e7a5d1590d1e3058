import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { codeOf, eventually, kill, ledger, sessions, TestPool } from "./harness.ts";

const CONFIG = { warmTarget: 3, refreshInterval: 10_000 };
const FIVE = sessions(5);

test("a pool of an earlier package is taken over once, with nothing started or stopped", async () => {
  const { pool, warm, assigned } = await planted();
  const before = await ledger();
  const claimed = await Promise.all(FIVE.map((session) => pool.claim(session)));
  expect(claimed).toEqual(assigned);
  expect(await pool.stats()).toMatchObject({ warm: 3, assigned: 5, total: 8, config: CONFIG });
  expect(await pool.tracked()).toEqual(idsOf([...warm, ...assigned]));
  expect(await stored(pool)).toEqual([]);

  await pool.abort();
  expect(await Promise.all(FIVE.map((session) => pool.claim(session)))).toEqual(assigned);
  await pool.wake();
  expect(await pool.atRest(3)).toMatchObject({ assigned: 5, total: 8, gone: 0 });
  const { runs, asked } = await ledger();
  expect({ runs, asked }).toEqual({ runs: before.runs, asked: before.asked });
});

test("an object thrown away in the middle of taking it over loses nothing", async () => {
  const { pool, warm, assigned } = await planted();
  const { runs } = await ledger();
  const claims = Promise.allSettled(FIVE.map((session) => pool.claim(session)));
  await pool.abort();
  await claims;

  expect(await Promise.all(FIVE.map((session) => pool.claim(session)))).toEqual(assigned);
  expect(await pool.tracked()).toEqual(idsOf([...warm, ...assigned]));
  expect(await stored(pool)).toEqual([]);
  expect((await ledger()).runs).toEqual(runs);
});

test("what was warm is handed out once it was looked at", async () => {
  const { pool, warm } = await planted();
  await eventually(async () => expect(warm).toContain(await pool.claim("new")));
});

test("a container that died before it was taken over is not handed out", async () => {
  const { pool, warm, assigned } = await planted();
  await kill(warm[0]!);
  await kill(assigned[0]!);
  const containers = await Promise.all(["new", "newer", FIVE[0]!].map((id) => pool.claim(id)));
  expect(containers).not.toContain(warm[0]);
  expect(containers).not.toContain(assigned[0]);
  expect(await pool.atRest(3)).toMatchObject({ assigned: 7, gone: 2 });
});

test.each([
  ["a look-up", (pool: TestPool) => pool.object.lookupContainer(FIVE[0]!)],
  ["a claim without options", (pool: TestPool) => pool.object.getContainer(FIVE[0]!)],
])("%s that comes first finds a session's container", async (_, call) => {
  const { pool, assigned } = await planted();
  expect(await call(pool)).toBe(assigned[0]);
});

test("a release that comes first finds a session's container", async () => {
  const { pool } = await planted();
  expect(await pool.object.releaseContainer(FIVE[0]!)).toBe(true);
  expect(await pool.atRest(3)).toMatchObject({ assigned: 4 });
});

test("its alarm takes it over where nobody calls", async () => {
  const { pool } = await planted();
  await runInDurableObject(pool.object, (_, { storage }) =>
    storage.setAlarm(Date.now() + 3_600_000),
  );
  await pool.wake();
  expect(await stored(pool)).toEqual([]);
  expect((await pool.tracked()).length).toBe(8);
});

test("garbage in it is passed over, and no container with it", async () => {
  const [warm, good, orphan, half] = await Promise.all([
    started(),
    started(),
    started(),
    started(),
  ]);
  const circular: Record<string, unknown> = { size: 3n };
  circular["self"] = circular;
  const pool = await plantedWith({
    warmContainers: new Set(["pool-1", 7, null, circular, undefined, warm]),
    assignments: new Map<unknown, unknown>([
      ["alice", good],
      ["bob", good],
      ["a\nb", orphan],
      ["half \ud800", half],
      ["carol", { uuid: "?" }],
    ]),
    config: { ...CONFIG, odd: 3n },
    knownMaxInstances: -1,
  });
  expect(await pool.claim("alice")).toBe(good);
  expect(await pool.tracked()).toEqual(expect.arrayContaining(idsOf([warm, good, orphan, half])));
  await pool.atRest(3);
  const { running } = await ledger();
  expect(running.map(({ id }) => id).sort()).toEqual(await pool.tracked());
  const names = running.map(({ name }) => name);
  expect([warm, good, orphan, half].map((name) => names.includes(name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("rows that are refused leave it where it is, and it is taken over later", async () => {
  const { pool, assigned } = await planted();
  await runInDurableObject(pool.object, (_, { storage }) => {
    storage.sql.exec(`CREATE TRIGGER refuse BEFORE INSERT ON container
      BEGIN SELECT RAISE(ABORT, 'refused by a test'); END`);
  });
  expect(await codeOf(pool.claim(FIVE[0]!))).toBe("pool_unavailable");
  expect(await stored(pool)).toEqual(["assignments", "config", "warmContainers"]);

  await runInDurableObject(pool.object, (_, { storage }) => {
    storage.sql.exec("DROP TRIGGER refuse");
  });
  expect(await pool.claim(FIVE[0]!)).toBe(assigned[0]);
  expect(await stored(pool)).toEqual([]);
});

test("a pool with rows of its own keeps to them", async () => {
  const pool = new TestPool({ ...CONFIG, warmTarget: 0 });
  const mine = await pool.claim("alice");
  await plant(pool, {
    warmContainers: new Set(),
    assignments: new Map([["alice", await started()]]),
  });
  expect(await pool.claim("alice")).toBe(mine);
  expect(await stored(pool)).toEqual(["assignments", "warmContainers"]);
});

test("a value under one of its keys that is somebody else's is left alone", async () => {
  const pool = await plantedWith({ config: { theme: "dark" } });
  await pool.claim("alice");
  expect(await stored(pool)).toEqual(["config"]);
});

/** A pool in whose object three warm and five assigned containers are stored, all running. */
async function planted() {
  const names = await Promise.all(Array.from({ length: 8 }, () => started()));
  const [warm, assigned] = [names.slice(0, 3), names.slice(3)];
  const pool = await plantedWith({
    warmContainers: new Set(warm),
    assignments: new Map(FIVE.map((session, at) => [session, assigned[at]])),
    config: CONFIG,
  });
  return { pool, warm, assigned };
}

async function plantedWith(values: Record<string, unknown>): Promise<TestPool> {
  const pool = new TestPool(CONFIG);
  await plant(pool, values);
  return pool;
}

/** Stores the values in the pool's object, whose next call finds them. */
async function plant(pool: TestPool, values: Record<string, unknown>): Promise<void> {
  await runInDurableObject(pool.object, (_, { storage }) => {
    for (const [key, value] of Object.entries(values)) storage.kv.put(key, value);
  });
  await pool.evict();
}

function stored(pool: TestPool): Promise<string[]> {
  return runInDurableObject(pool.object, (_, { storage }) =>
    [...storage.kv.list()].map(([key]) => key),
  );
}

/** The name of a container that somebody else has started. */
async function started(): Promise<string> {
  const name = crypto.randomUUID();
  await env.CONTAINER.getByName(name).startAndWaitForPorts();
  return name;
}

function idsOf(names: string[]): string[] {
  return names.map((name) => env.CONTAINER.idFromName(name).toString()).sort();
}
