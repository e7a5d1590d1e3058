import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { errorOf, ledger, TestPool } from "../harness.ts";
import { ask, request, statusRequest, workerWith } from "../requests.ts";

interface WhoAmI {
  container: string;
}

interface Refusal {
  error: { code: string; message: string };
}

interface Status {
  enabled: boolean;
  pools: { python: unknown; node: unknown };
}

const python = () => new TestPool({ poolName: "python" });
const node = () => new TestPool({ poolName: "node" });

test("two runtimes share neither containers nor sessions", async () => {
  const alices = await Promise.all([whoAmI("alice", "python"), whoAmI("alice", "node")]);
  const bobs = await Promise.all([whoAmI("bob", "python"), whoAmI("bob", "node")]);
  expect(new Set([...alices, ...bobs]).size).toBe(4);

  // From the rows, and then from the hints.
  for (let round = 0; round < 3; round++) {
    expect(await Promise.all([whoAmI("alice", "python"), whoAmI("alice", "node")])).toEqual(alices);
  }
  const tracked = await Promise.all([python().tracked(), node().tracked()]);
  expect(tracked[0]).toEqual(expect.arrayContaining([alices[0], bobs[0]]));
  expect(tracked[1]).toEqual(expect.arrayContaining([alices[1], bobs[1]]));
  const classes = [env.CONTAINER_PYTHON, env.CONTAINER_JAVASCRIPT] as DurableObjectNamespace[];
  for (const [at, ids] of tracked.entries()) {
    expect(() => ids.forEach((id) => classes[at]!.idFromString(id))).not.toThrow();
    expect(() => classes[1 - at]!.idFromString(ids[0]!)).toThrow();
  }
});

test("each runtime keeps as many warm as its own variable says, or the one of all", async () => {
  await Promise.all([whoAmI("alice", "python"), whoAmI("alice", "node")]);

  expect((await python().atRest(2)).config).toMatchObject({
    warmTarget: 2,
    enabled: true,
    refreshInterval: 30_000,
    drainTimeout: 30_000,
    containerTtl: 3_600_000,
    containerBinding: "CONTAINER_PYTHON",
  });
  expect((await node().atRest(1)).config).toMatchObject({
    warmTarget: 1,
    containerBinding: "CONTAINER_JAVASCRIPT",
  });
  expect(await ledger()).toMatchObject({ starts: 5 });
});

test("names that mean the same runtime lead to the same container", async () => {
  const container = await whoAmI("alice", "node");

  for (const runtime of ["javascript", "NODE", "JavaScript"]) {
    expect(await whoAmI("alice", runtime)).toBe(container);
  }
});

test("a request that names no runtime gets the first one", async () => {
  const container = await whoAmI("alice", undefined);

  expect(await whoAmI("alice", "python")).toBe(container);
  expect(await whoAmI("alice", "node")).not.toBe(container);
});

test("a session's runtime is honoured whatever the path", async () => {
  const answer = await ask("/api/v1/warm-pool/status", { session: "alice", runtime: "node" });
  await answer.text();

  expect(answer.headers.get("x-warm-pool")).toBe("miss");
  expect((await node().stats()).assigned).toBe(1);
});

test.each([
  ["that is not there", "ruby", "ruby"],
  ["that is not in the list", "default", "default"],
  ["without a name", "", ""],
  ["that is two", "python, node", "python, node"],
  ["of control characters", '"\u001b[31m', '\\"\\u{1b}[31m'],
  ["of 1 MB", "x".repeat(1 << 20), `${"x".repeat(64)}…`],
])("a runtime %s is answered with those there are", async (_, runtime, shown) => {
  const answer = await ask("/whoami", { session: "alice", runtime });

  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({
    error: {
      code: "not_found",
      message: `there is nothing at x-runtime "${shown}" (the runtimes are python, node)`,
    },
  });
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test.each([
  [{ WARM_POOL_RUNTIMES: "" }, 'WARM_POOL_RUNTIMES: "" is not a runtime\'s name'],
  [{ WARM_POOL_RUNTIMES: "python,,node" }, 'WARM_POOL_RUNTIMES: "" is not a runtime\'s name'],
  [{ WARM_POOL_RUNTIMES: "python,node,javascript" }, "node and javascript are the same runtime"],
  [{ WARM_POOL_RUNTIMES: ["python"] }, 'WARM_POOL_RUNTIMES: ["python"] is not text'],
  [{ WARM_POOL_ENABLED: "yes" }, 'WARM_POOL_ENABLED: "yes" is not true or false'],
  [
    { WARM_POOL_SIZE_PER_RUNTIME: 1001 },
    "WARM_POOL_SIZE_PER_RUNTIME: 1001 is not a whole number of containers from 0 to 1000",
  ],
  [
    { WARM_POOL_PYTHON_SIZE: "a few" },
    'WARM_POOL_PYTHON_SIZE: "a few" is not a whole number of containers from 0 to 1000',
  ],
  [
    { WARM_POOL_HEALTH_CHECK_INTERVAL: "0" },
    'WARM_POOL_HEALTH_CHECK_INTERVAL: "0" is not a whole number of s from 1 to 3600',
  ],
  [{ WARM_POOL_GRACEFUL_SHUTDOWN: -1 }, "WARM_POOL_GRACEFUL_SHUTDOWN: -1 is not a whole number"],
  [{ WARM_POOL_CONTAINER_TTL: true }, "WARM_POOL_CONTAINER_TTL: true is not"],
])("with %j a request is refused as the operator's mistake", async (variables, message) => {
  const answer = await askWith({ ...env, ...variables }, "python");

  expect(answer.status).toBe(500);
  const { error } = await answer.json<Refusal>();
  expect(error.code).toBe("misconfigured");
  expect(error.message).toContain(message);
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("a variable that is wrong for one runtime leaves the other alone", async () => {
  const wrong = { ...env, WARM_POOL_NODE_SIZE: "-1" };

  expect((await askWith(wrong, "node")).status).toBe(500);
  expect((await askWith(wrong, "python")).status).toBe(200);
  const status = await statusOf(wrong);
  expect(status.pools.node).toMatchObject({ error: { code: "misconfigured" } });
  expect(status.pools.python).toMatchObject({ in_use: 1 });
});

test("a binding that is missing is missed by its runtime only", async () => {
  const without = { ...env, CONTAINER_JAVASCRIPT: undefined };
  const answer = await askWith(without, "node");

  expect(answer.status).toBe(500);
  const { error } = await answer.json<Refusal>();
  expect(error.code).toBe("misconfigured");
  expect(error.message).toMatch(
    /bound as CONTAINER_NODE or CONTAINER_JAVASCRIPT \(bindings: .*CONTAINER_PYTHON/,
  );
  expect((await askWith(without, "python")).status).toBe(200);
  const status = await statusOf(without);
  expect(status.pools.node).toEqual({ error });
  expect(status.pools.python).toMatchObject({ in_use: 1 });
});

test("the status shows every runtime's pool under its name", async () => {
  await Promise.all([whoAmI("alice", "python"), whoAmI("alice", "node")]);
  await Promise.all([python().atRest(2), node().atRest(1)]);
  await whoAmI("bob", "python");
  await python().atRest(2);
  const status = await (await exports.default.fetch(statusRequest())).json();

  expect(status).toMatchObject({
    enabled: true,
    pools: {
      python: { size: 2, available: 2, in_use: 2 },
      node: { size: 1, available: 1, in_use: 1 },
    },
    total_hits: 1,
    total_misses: 2,
    hit_rate: 0.333,
  });
});

test("the status of pools nobody has asked for anything starts nothing", async () => {
  const status = await statusOf(env);

  expect(Object.keys(status.pools).sort()).toEqual(["node", "python"]);
  expect(status.pools.node).toMatchObject({ available: 0, in_use: 0 });
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("a pool that gives no answer does not hide the other", async () => {
  const mute = { statsText: () => new Promise(() => undefined) };
  const status = await statusOf({ ...env, WARM_POOL: namespaceWith("node", mute) });

  expect(status.pools.node).toMatchObject({ error: { code: "pool_unavailable" } });
  expect(status.pools.python).toMatchObject({ in_use: 0 });
});

test("where the pool is switched off none are kept warm, and sessions get theirs", async () => {
  for (const off of [false, "false"]) {
    const disabled = { ...env, WARM_POOL_ENABLED: off };
    expect((await askWith(disabled, "python")).status).toBe(200);
    await workerWith(disabled).scheduled(CONTROLLER);
    expect(await statusOf(disabled)).toMatchObject({ enabled: false });
  }

  expect((await python().atRest(0)).assigned).toBe(1);
  await node().atRest(0);
  expect(await ledger()).toMatchObject({ starts: 1 });
});

test("a scheduled invocation fills every runtime's pool", async () => {
  // As the platform does it, through the Worker's own entry point.
  await (exports.default as unknown as { scheduled(of: object): Promise<unknown> }).scheduled({
    scheduledTime: new Date(CONTROLLER.scheduledTime),
    cron: CONTROLLER.cron,
  });
  await Promise.all([python().atRest(2), node().atRest(1)]);

  expect(await ledger()).toMatchObject({ starts: 3 });
});

test("a scheduled invocation that finds the pools filled starts nothing", async () => {
  for (let round = 0; round < 3; round++) {
    await workerWith(env).scheduled(CONTROLLER);
    await Promise.all([python().atRest(2), node().atRest(1)]);
  }

  expect(await ledger()).toMatchObject({ starts: 3 });
});

test.each([
  ["whose binding is missing", { CONTAINER_PYTHON: undefined }],
  ["whose object fails", { WARM_POOL: namespaceWith("python", failing()) }],
  ["that refuses", { WARM_POOL: namespaceWith("python", refusing()) }],
])("a pool %s fails the invocation, and the other is filled", async (_, change) => {
  const error = await errorOf(workerWith({ ...env, ...change }).scheduled(CONTROLLER));

  expect(error.message).toBe("pools that could not be primed: python");
  await node().atRest(1);
  expect(await ledger()).toMatchObject({ starts: 1 });
});

test("a list of runtimes that is wrong fails the invocation", async () => {
  const wrong = { ...env, WARM_POOL_RUNTIMES: "py thon" };
  const error = await errorOf(workerWith(wrong).scheduled(CONTROLLER));

  expect(error.message).toContain("WARM_POOL_RUNTIMES");
});

const CONTROLLER: ScheduledController = {
  scheduledTime: 1_790_000_000_000,
  cron: "*/5 * * * *",
  noRetry: () => undefined,
};

/** The id of the container that serves the session. */
async function whoAmI(session: string, runtime: string | undefined): Promise<string> {
  const options = runtime === undefined ? { session } : { session, runtime };
  const answer = await ask("/whoami", options);
  expect(answer.status).toBe(200);
  return (await answer.json<WhoAmI>()).container;
}

async function askWith(env: object, runtime: string): Promise<Response> {
  return workerWith(env).fetch(request("/whoami", { session: "alice", runtime }));
}

async function statusOf(env: object): Promise<Status> {
  const answer = await workerWith(env).fetch(statusRequest());
  expect(answer.status).toBe(200);
  return answer.json();
}

/** The pools' namespace, with another object in the place of one pool's. */
function namespaceWith(pool: string, object: object) {
  return {
    idFromName: (name: string) => name,
    get: (name: string) => (name === pool ? object : env.WARM_POOL.getByName(name)),
  };
}

function failing(): object {
  return { primeText: () => Promise.reject(new Error("Network connection lost.")) };
}

function refusing(): object {
  const error = { code: "invalid_config", message: "no", status: 400 };
  return { primeText: () => Promise.resolve(JSON.stringify({ error })) };
}
