import { expect, test } from "vitest";
import { codeOf, ledger, sessions, setFaults, TestPool, times } from "./harness.ts";

test("a session keeps its container over 1,000 requests in a row", async () => {
  const pool = new TestPool({ warmTarget: 2 });
  const containers = new Set<string>();
  for (let i = 0; i < 1000; i++) containers.add(await pool.claim("alice"));

  expect(containers.size).toBe(1);
  const stats = await pool.atRest(2);
  expect(stats).toMatchObject({ claims: 1000, misses: 1, hits: 0, sticky: 999, assigned: 1 });
  expect(await ledger()).toMatchObject({ starts: 3, maxRunning: 3 });
});

test("200 requests of one session at once on an empty pool get one container from one start", async () => {
  const pool = new TestPool({ warmTarget: 2 });
  const containers = await Promise.all(Array.from({ length: 200 }, () => pool.claim("alice")));

  expect(new Set(containers).size).toBe(1);
  const stats = await pool.atRest(2);
  expect(stats).toMatchObject({ claims: 200, misses: 1, sticky: 199, assigned: 1, total: 3 });
  expect(await ledger()).toMatchObject({ starts: 3, maxRunning: 3 });
});

test("without warm containers a session's requests cost one start", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  const containers = await Promise.all(Array.from({ length: 20 }, () => pool.claim("alice")));

  expect(new Set(containers).size).toBe(1);
  expect(await ledger()).toMatchObject({ starts: 1 });
});

test("sessions that come at once never share a container", async () => {
  const pool = new TestPool({ warmTarget: 5, startConcurrency: 20 });
  const asked = sessions(40).flatMap((session) => [session, session]);
  const containers = await Promise.all(asked.map((session) => pool.claim(session)));

  expect(new Set(containers).size).toBe(40);
  for (let i = 0; i < asked.length; i += 2) expect(containers[i]).toBe(containers[i + 1]);
  const stats = await pool.atRest(5);
  expect(stats).toMatchObject({ assigned: 40, total: 45, claims: 80, sticky: 40 });
  expect((await ledger()).running).toHaveLength(45);
});

test("a warm container is handed out although its replacement does not start", async () => {
  const pool = new TestPool({ warmTarget: 1 });
  await pool.claim("alice");
  await pool.atRest(1);
  await setFaults({ starts: [{ kind: "hang" }] });

  await pool.claim("bob");
  expect(await pool.stats()).toMatchObject({ hits: 1, assigned: 2, warm: 0, starting: 1 });
});

test("the container that is handed out is the one that answers the session's requests", async () => {
  const pool = new TestPool({ warmTarget: 1 });
  const container = await pool.client.getContainer("alice");
  const answer = await container.fetch("http://container/whoami", {
    headers: { "x-session-id": "alice" },
  });

  expect(await answer.json()).toMatchObject({
    container: container.id.toString(),
    session: "alice",
    boot: 1,
  });
});

test("the pool object itself answers with the name, with options and without", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  const name = await pool.claim("alice");

  expect(await pool.object.getContainer("alice")).toBe(name);
  expect(await pool.object.getContainer("alice", { warmTarget: 0 })).toBe(name);
});

test("a pool told directly what to be serves clients that name its binding", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  await pool.object.configure({ warmTarget: 0 });
  const name = await pool.object.getContainer("alice");

  expect(await pool.claim("alice")).toBe(name);
});

test("figures alone start nothing", async () => {
  const pool = new TestPool({ warmTarget: 3 });

  expect(await pool.stats()).toMatchObject({ total: 0, primed: false, nextWakeAt: null });
  expect(await pool.wake()).toBe(false);
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("shutdownPrewarmed stops what is warm and what starts, and leaves the sessions theirs", async () => {
  const pool = new TestPool({ warmTarget: 4 });
  const alices = await pool.claim("alice");
  await setFaults({ bootMs: 300 });
  await pool.client.shutdownPrewarmed();

  await pool.atRest(0);
  expect((await ledger()).running.map(({ name }) => name)).toEqual([alices]);
  expect(await pool.claim("alice")).toBe(alices);
  await pool.claim("bob");
  await pool.atRest(4);
});

test("claims that cannot be served end with an error in bounded time", async () => {
  const pool = new TestPool({ warmTarget: 0, startTimeout: 1000, queueTimeout: 500 });
  await setFaults({ starts: times(20, { kind: "hang_running" }) });

  expect(await codeOf(pool.claim("alice"))).toBe("start_timeout");
});
