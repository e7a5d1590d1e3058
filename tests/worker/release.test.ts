import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { WarmPoolConfig } from "../../dist/index.js";
import {
  codeOf,
  eventually,
  get,
  leaveFile,
  ledger,
  nameOf,
  sessions,
  setFaults,
  TestPool,
  whoami,
} from "./harness.ts";

/** One warm container, so that the next session gets the one that was given up. */
const ONE: WarmPoolConfig = { warmTarget: 1, maxInstances: 1 };

test("a session that gives its container up gets another one, and the old one is gone", async () => {
  const pool = new TestPool({ warmTarget: 1 });
  const first = await pool.claim("alice");
  await pool.atRest(1);
  expect(await pool.client.releaseContainer("alice")).toBe(true);
  expect(await pool.client.releaseContainer("alice")).toBe(false);

  expect(await pool.claim("alice")).not.toBe(first);
  await pool.atRest(1);
  expect((await ledger()).running.map(({ name }) => name)).not.toContain(first);
  expect(await pool.stats()).toMatchObject({ releases: 1, assigned: 1, total: 2 });
});

test("what is no session id cannot be released", async () => {
  const pool = new TestPool();
  expect(await codeOf(pool.client.releaseContainer(""))).toBe("invalid_session");
  expect(await codeOf(pool.client.releaseContainer(7 as unknown as string))).toBe(
    "invalid_session",
  );
});

test("a request under way ends before its container is stopped", async () => {
  const pool = new TestPool({ warmTarget: 0, drainTimeout: 20_000 });
  const container = await pool.claim("alice");
  const answer = await get(container, "/stream?chunks=4&ms=400");
  await pool.client.releaseContainer("alice");
  expect(await pool.stats()).toMatchObject({ assigned: 0, draining: 1 });

  expect(await answer.text()).toBe([1, 2, 3, 4].map((at) => `chunk ${at} of 4\n`).join(""));
  await pool.atRest(0);
  expect((await ledger()).running).toEqual([]);
});

test("a request that never ends does not keep a container past drainTimeout", async () => {
  const pool = new TestPool({ warmTarget: 0, drainTimeout: 1000 });
  const container = await pool.claim("alice");
  const answer = await get(container, "/stream?chunks=1000&ms=1000");
  await pool.client.releaseContainer("alice");

  await pool.atRest(0);
  expect((await ledger()).running).toEqual([]);
  await answer.body?.cancel();
});

test("a restarted container is the same one with nothing of its last session in it", async () => {
  const { pool, container } = await handedOn("restart");
  expect(await whoami(container)).toMatchObject({ boot: 2 });
  expect(await pool.stats()).toMatchObject({ restarts: 1, started: 2, gone: 1, total: 1 });
});

test("a container that cleans itself up goes on running for the next session", async () => {
  const { pool, container } = await handedOn("reset");
  expect(await whoami(container)).toMatchObject({ boot: 1 });
  expect(await pool.stats()).toMatchObject({ resets: 1, started: 1 });
});

/** A container that alice left a file in, and that bob got without it. */
async function handedOn(onRelease: "restart" | "reset") {
  const pool = new TestPool({ ...ONE, onRelease });
  const container = await pool.claim("alice");
  await leaveFile(container, "secret", "alice's");
  await pool.client.releaseContainer("alice");
  await pool.atRest(1);

  expect(await pool.claim("bob")).toBe(container);
  expect((await get(container, "/files/secret")).status).toBe(404);
  return { pool, container };
}

test.each(["false", "throw"] as const)(
  "a clean-up that answers %s ends the container, and a fresh one takes its place",
  async (resets) => {
    const pool = new TestPool({ ...ONE, onRelease: "reset" });
    await setFaults({ resets });
    const container = await pool.claim("alice");
    await leaveFile(container, "secret", "alice's");
    await pool.client.releaseContainer("alice");
    await pool.atRest(1);

    expect(await pool.claim("bob")).not.toBe(container);
    expect(await pool.stats()).toMatchObject({ resets: 0, resetFailures: 1 });
    expect((await ledger()).maxRunning).toBe(1);
  },
);

test.each(["destroy", "restart", "reset"] as const)(
  "no session of 30 finds what another left, with onRelease %s",
  async (onRelease) => {
    const pool = new TestPool({ warmTarget: 2, maxInstances: 4, startConcurrency: 4, onRelease });
    const found: string[] = [];
    const visit = async (session: string) => {
      const container = await pool.claim(session);
      const left = await get(container, "/files/canary");
      if (left.status === 200) found.push(`${session} found ${await left.text()}`);
      else await left.text();
      await leaveFile(container, "canary", session);
      await pool.client.releaseContainer(session);
    };
    for (let round = 0; round < 10; round++) {
      await Promise.all(sessions(3, `round ${round} session`).map(visit));
    }
    expect(found).toEqual([]);
    expect(await pool.stats()).toMatchObject({ releases: 30, errors: 0 });
  },
);

test("a memory lost while a container cleans itself up does not hand it out", async () => {
  const pool = new TestPool({ ...ONE, onRelease: "reset", startTimeout: 3000 });
  await setFaults({ resets: "hang" });
  const container = await pool.claim("alice");
  await pool.client.releaseContainer("alice");
  await eventually(async () => expect(await ledger()).toMatchObject({ resets: 1 }));
  await pool.abort();

  await setFaults({ resets: "true" });
  await pool.atRest(1);
  expect(await pool.claim("bob")).not.toBe(container);
});

test.each(["restart", "reset"] as const)(
  "a hint to a container that may serve another session is not used, with onRelease %s",
  async (onRelease) => {
    const config: WarmPoolConfig = { ...ONE, onRelease, queueTimeout: 200 };
    const pool = new TestPool(config);
    const client = pool.clientWith({ ...config, idCache: env.HINTS });
    const container = nameOf(await client.getContainer("alice"));
    expect((await env.HINTS.list({ prefix: pool.name })).keys).toEqual([]);
    await client.releaseContainer("alice");
    await pool.atRest(1);
    expect(nameOf(await client.getContainer("bob"))).toBe(container);

    const hint = { name: container, generation: 1, expiresAtMs: Date.now() + 60_000 };
    await env.HINTS.put(`${pool.name}:alice`, JSON.stringify(hint));
    expect(await codeOf(client.getContainer("alice"))).toBe("capacity_exhausted");
  },
);

test("a session that does not claim again loses its container", async () => {
  const pool = new TestPool({ warmTarget: 0, leaseTimeout: 1000 });
  const container = await pool.claim("alice");
  const claimed = performance.now();
  await eventually(async () => expect(await pool.stats()).toMatchObject({ leaseEnds: 1 }));
  expect(performance.now() - claimed).toBeGreaterThanOrEqual(999);

  await pool.atRest(0);
  expect(await pool.claim("alice")).not.toBe(container);
});

test("a session that goes on claiming keeps its container", async () => {
  const pool = new TestPool({ warmTarget: 0, leaseTimeout: 1000 });
  const container = await pool.claim("alice");
  for (let at = 0; at < 12; at++) {
    await new Promise((done) => setTimeout(done, 250));
    expect(await pool.claim("alice")).toBe(container);
  }
  expect(await pool.stats()).toMatchObject({ leaseEnds: 0 });
});

test("a hint keeps no session from renewing its lease", async () => {
  const pool = new TestPool({ warmTarget: 0, leaseTimeout: 2000, idCache: env.HINTS });
  const container = await pool.claim("alice");
  for (let at = 0; at < 20; at++) {
    await new Promise((done) => setTimeout(done, 200));
    expect(await pool.claim("alice")).toBe(container);
  }
  const { sticky, leaseEnds } = await pool.stats();
  expect(leaseEnds).toBe(0);
  expect(sticky).toBeLessThan(20);
});

test("a shut-down lets the requests of sessions end, and leaves nothing", async () => {
  const pool = new TestPool({ warmTarget: 2, onRelease: "restart" });
  const container = await pool.claim("alice");
  await pool.atRest(2);
  const answer = await get(container, "/stream?chunks=3&ms=300");
  await pool.client.shutdown();
  expect(await pool.stats()).toMatchObject({ warm: 0, assigned: 0, draining: 1 });

  expect(await answer.text()).toContain("chunk 3 of 3");
  await pool.atRest(0);
  expect((await ledger()).running).toEqual([]);
  expect(await pool.stats()).toMatchObject({ total: 0, primed: false, restarts: 0 });
});
