// The routes of the real bridge of @cloudflare/sandbox, over this package's WarmPool.
import { reset } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import { getWarmPool, type WarmPool } from "../../../dist/index.js";

const { WarmPool: pools } = env as unknown as { WarmPool: DurableObjectNamespace<WarmPool> };

beforeEach(() => reset());

test("prime fills the pool before any session", async () => {
  expect((await send("POST", "/v1/pool/prime")).status).toBe(200);
  await stats({ warm: 2, assigned: 0, maxInstances: 3 });
});

test("a session keeps its container, and another session gets another one", async () => {
  const first = await run("alice");
  expect(await run("alice")).toBe(first);
  expect(await run("bella")).not.toBe(first);
});

test("a destroyed sandbox frees its place", async () => {
  const first = await run("alice");
  expect((await send("DELETE", "/v1/sandbox/alice")).status).toBe(204);
  await stats({ warm: 2, assigned: 0 });
  expect(await run("alice")).not.toBe(first);
});

test("a full pool is answered with 503 and capacity_exceeded", async () => {
  for (const session of ["alice", "bella", "carol"]) await run(session);
  const refused = await send("GET", "/v1/sandbox/dora/running");
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: "capacity_exceeded" });
});

test("shutdown-prewarmed stops the warm containers and no others", async () => {
  await run("alice");
  await stats({ warm: 2, assigned: 1 });
  expect((await send("POST", "/v1/pool/shutdown-prewarmed")).status).toBe(200);
  await stats({ warm: 0, assigned: 1, stopping: 0 });
});

function send(method: string, path: string): Promise<Response> {
  return exports.default.fetch(new Request(`https://bridge.example${path}`, { method }));
}

/** Runs a command in the session's sandbox, and returns the name of its container. */
async function run(session: string): Promise<string | null> {
  const answer = await send("GET", `/v1/sandbox/${session}/running`);
  expect(await answer.json()).toEqual({ running: true });
  return getWarmPool(pools).lookupContainer(session);
}

/** Waits until the bridge's statistics contain these values. */
async function stats(expected: Record<string, number>): Promise<void> {
  await vi.waitFor(
    async () => {
      const answer = await send("GET", "/v1/pool/stats");
      expect(await answer.json()).toMatchObject(expected);
    },
    { timeout: 20_000, interval: 50 },
  );
}
