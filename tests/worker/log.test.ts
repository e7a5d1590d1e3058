// What a pool writes to the console, and how much of it.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { createWarmPool, getWarmPool, type WarmPoolConfig } from "../../dist/index.js";
import { codeOf, eventually, kill, nameOf, setFaults, times } from "./harness.ts";
import { bind } from "./telling.ts";
import { workerWith } from "./requests.ts";

const KEY = "a key for logs";
const DEBUG = { WARM_POOL_LOG_LEVEL: "debug", WARM_POOL_LOG_KEY: KEY };
const CONFIG = { warmTarget: 1, refreshInterval: 3_600_000 };

interface Line {
  level: string;
  event: string;
  at: number;
  pool: string;
  container?: string;
  generation?: number;
  to?: string;
  cause?: string;
  session?: string;
  class?: string;
  message?: string;
}

/** What is written to the console from here on, each line with the method it was written by. */
function listening() {
  const lines: (Line & { by: string })[] = [];
  const text: string[] = [];
  for (const by of ["error", "warn", "info", "debug", "log"] as const) {
    vi.spyOn(console, by).mockImplementation((...args: unknown[]) => {
      text.push(args.map(String).join(" "));
      if (typeof args[0] === "string" && args[0].startsWith("{")) {
        lines.push({ ...(JSON.parse(args[0]) as Line), by });
      }
    });
  }
  return { lines, text };
}

function poolOf(bindings: object, config: WarmPoolConfig = CONFIG) {
  const name = `pool ${crypto.randomUUID()}`;
  bind(name, bindings);
  const client = createWarmPool(env.TELLING, env.CONTAINER, { ...config, poolName: name });
  const claim = async (session: string) => nameOf(await client.getContainer(session));
  const rested = () =>
    eventually(async () => {
      expect(await client.stats()).toMatchObject({
        warm: 1,
        starting: 0,
        stopping: 0,
        draining: 0,
      });
    });
  return { name, client, claim, rested, object: () => getWarmPool(env.TELLING, name) };
}

/** The digest as README says to make it. */
async function digestOf(session: string, key: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", bytes(key), hmac, false, ["sign"]);
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes(session)));
  return [...signed.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("at debug every step is a line, with pool, container, cause and the session's digest", async () => {
  const { lines, text } = listening();
  const pool = poolOf(DEBUG);
  const before = Date.now();
  const alices = await pool.claim("alice");
  await pool.rested();
  await kill(alices);
  await pool.object().reportStopped(alices);
  await eventually(async () => expect(await pool.client.stats()).toMatchObject({ stopping: 0 }));

  const session = await digestOf("alice", KEY);
  const steps = lines.filter(({ container }) => container === alices);
  expect(steps).toMatchObject([
    { by: "debug", level: "debug", to: "starting" },
    { by: "debug", level: "debug", to: "assigned", session },
    { by: "info", level: "info", to: "stopping", cause: "stopped", session },
    { by: "debug", level: "debug", to: "gone" },
  ]);
  for (const { event, pool: of, at, generation } of steps) {
    expect([event, of, generation]).toEqual(["transition", pool.name, 1]);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  }
  expect(text.join("\n")).not.toContain("alice");
  expect((await pool.client.explain("alice")).digest).toBe(session);
});

test("what is logged is what is recorded, and both say the same", async () => {
  const { lines } = listening();
  const pool = poolOf(DEBUG);
  await pool.claim("alice");
  await pool.client.releaseContainer("alice");
  await pool.claim("alice");
  await pool.rested();

  const { steps } = await pool.client.explain("alice");
  const known = new Set(steps.map(({ container }) => container));
  const logged = lines
    .filter(({ event, container }) => event === "transition" && known.has(container!))
    .map(({ at, container, generation, to, cause }) => [
      at,
      container,
      generation,
      to,
      cause ?? null,
    ]);
  const recorded = steps.map((step) => [
    step.at,
    step.container,
    step.generation,
    step.to,
    step.cause,
  ]);
  expect(logged).toEqual(recorded);
});

test("by default what is let go is a line, and what is not is none", async () => {
  const { lines } = listening();
  const pool = poolOf({});
  await pool.claim("alice");
  await pool.rested();
  expect(lines).toEqual([]);
  await pool.client.releaseContainer("alice");

  expect(lines).toMatchObject([{ by: "info", to: "draining", cause: "released" }]);
});

test("a failed start is a warning with what the platform said", async () => {
  const { lines } = listening();
  const pool = poolOf({ WARM_POOL_LOG_LEVEL: "warn" }, { ...CONFIG, warmTarget: 0 });
  const message = "no such image available named demo";
  await setFaults({ starts: times(20, { kind: "fail", message }) });
  expect(await codeOf(pool.claim("alice"))).toBe("start_failed");

  const [failure, step] = lines;
  expect(failure).toMatchObject({ by: "warn", event: "start_failed", class: "permanent" });
  expect(failure!.message).toContain(message);
  expect(step).toMatchObject({ by: "warn", event: "transition", to: "stopping" });
  expect(step).toMatchObject({ cause: "start_failed", container: failure!.container });
  expect(lines.every(({ level }) => level === "warn")).toBe(true);
});

test.each(["error", "off"])("at %s a released container is no line", async (level) => {
  const { lines } = listening();
  const pool = poolOf({ WARM_POOL_LOG_LEVEL: level });
  await pool.claim("alice");
  await pool.client.releaseContainer("alice");

  expect(lines).toEqual([]);
});

test("without a secret a pool digests with a key of its own, and keeps it", async () => {
  const pool = poolOf({});
  const other = poolOf({});
  const { digest } = await pool.client.explain("alice");
  await evictDurableObject(pool.object());

  expect(digest).toMatch(/^[0-9a-f]{16}$/);
  expect((await pool.client.explain("alice")).digest).toBe(digest);
  expect((await other.client.explain("alice")).digest).not.toBe(digest);
  // It hangs on no API key: that can be changed, and be no good one.
  expect(await digestOf("alice", env.WARM_POOL_API_KEY)).not.toBe(digest);
});

test("a pool that is reached by its id, as its alarm reaches it, is called the same", async () => {
  const pool = poolOf(DEBUG);
  await pool.claim("alice");
  await pool.rested();
  await evictDurableObject(pool.object());
  const { lines } = listening();
  const byId = env.TELLING.get(env.TELLING.idFromString(pool.object().id.toString()));
  await byId.releaseContainer("alice");

  expect(lines.length).toBeGreaterThan(0);
  expect(new Set(lines.map(({ pool }) => pool))).toEqual(new Set([pool.name]));
});

test("a pool that was only ever reached by its id is called by that", async () => {
  const id = env.TELLING.newUniqueId();
  const { lines } = listening();
  const object = env.TELLING.get(id);
  await object.getContainer("alice", { warmTarget: 0 });
  await object.releaseContainer("alice");

  expect(new Set(lines.map(({ pool }) => pool))).toEqual(new Set([id.toString()]));
});

test("a level that is none is a line, is answered by the Worker, and stops no claim", async () => {
  const { lines } = listening();
  const pool = poolOf({ WARM_POOL_LOG_LEVEL: "verbose" });
  await pool.claim("alice");
  const message =
    'invalid variable WARM_POOL_LOG_LEVEL: "verbose" is not off, error, warn, info or debug';
  expect(lines).toMatchObject([{ by: "error", event: "misconfigured", message }]);

  const headers = { "x-session-id": "alice" };
  const worker = workerWith({ ...env, WARM_POOL_LOG_LEVEL: "verbose" });
  const answer = await worker.fetch(new Request("https://pool.example/", { headers }));
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({ error: { code: "misconfigured", message } });
});
