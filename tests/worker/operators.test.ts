// The routes of those who run the pools: what they ask for, and what is asked wrongly.
import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { eventually, kill, ledger, nameOf, TestPool } from "./harness.ts";
import { ask, operate } from "./requests.ts";

const pool = () => new TestPool({ poolName: "default" });

/** What the container of that session tells of itself. */
async function whoami(session: string): Promise<{ name: string }> {
  const answer = await ask("/whoami", { session });
  expect(answer.status).toBe(200);
  return answer.json();
}

async function refusal(answer: Promise<Response>): Promise<{ status: number; error: RouteError }> {
  const { status, headers } = await answer;
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  return { status, ...(await (await answer).json<{ error: RouteError }>()) };
}

interface RouteError {
  code: string;
  message: string;
}

interface Explained {
  session: string;
  runtime: string;
  container: { name: string; generation: number } | null;
  steps: { at: number; container: string; to: string; cause: string | null; why: string }[];
  dropped: number;
}

test("a pool is primed, and has its target warm before anybody asks", async () => {
  const answer = await operate("POST", "prime");

  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ pools: { default: "primed" } });
  await pool().atRest(2);
});

test("a pool is warmed up beyond its target, once", async () => {
  const answer = await operate("POST", "warmup", { body: '{"runtime":"default","count":4}' });

  expect(await answer.json()).toEqual({ pools: { default: "warming" } });
  await pool().atRest(4);
});

test("draining stops what is warm and leaves sessions theirs", async () => {
  const alices = await whoami("alice");
  await pool().atRest(2);
  const answer = await operate("POST", "drain", { body: "{}" });

  expect(await answer.json()).toEqual({ pools: { default: "draining" } });
  expect(await pool().stats()).toMatchObject({ warm: 0, assigned: 1 });
  await pool().atRest(0);
  expect(await whoami("alice")).toMatchObject({ name: alices.name });
});

test("a shut-down stops everything", async () => {
  await whoami("alice");
  await pool().atRest(2);
  const answer = await operate("POST", "shutdown?runtime=default");

  expect(await answer.json()).toEqual({ pools: { default: "shutting_down" } });
  expect(await pool().stats()).toMatchObject({ warm: 0, assigned: 0 });
});

test.each(["drain", "shutdown"])("a pool that nobody used yet has nothing to %s", async (word) => {
  expect((await operate("POST", word)).status).toBe(200);
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("a session is released, and the next time it was not there", async () => {
  const alices = await whoami("alice/1?");
  const path = `sessions/${encodeURIComponent("alice/1?")}`;
  const answer = await operate("DELETE", path);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ released: true });

  expect(await refusal(operate("DELETE", path))).toMatchObject({
    status: 404,
    error: { code: "not_found" },
  });
  expect((await whoami("alice/1?")).name).not.toBe(alices.name);
});

test("who asks for a session sees what it holds and each step with time and cause", async () => {
  const before = Date.now();
  const first = await whoami("alice");
  await kill(first.name);
  await pool().object.reportStopped(first.name);
  const second = await whoami("alice");
  const answer = await operate("GET", "sessions/alice?runtime=default");

  expect(answer.status).toBe(200);
  const told = await answer.json<Explained>();
  expect(told).toMatchObject({
    session: "alice",
    runtime: "default",
    container: { name: second.name, generation: 1 },
    dropped: 0,
  });
  const stepsOf = (name: string) => told.steps.filter(({ container }) => container === name);
  expect(stepsOf(first.name).slice(0, 3)).toMatchObject([
    { to: "starting", cause: null },
    { to: "assigned", cause: null },
    { to: "stopping", cause: "stopped", why: "it was seen or reported stopped" },
  ]);
  expect(stepsOf(second.name).at(-1)).toMatchObject({ to: "assigned" });
  for (const { at } of told.steps) {
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  }
});

test("a session whose container crashed, was replaced and then rolled out is told each step", async () => {
  const config = { warmTarget: 1, refreshInterval: 3_600_000, revision: "one", revisionOrder: 1 };
  const one = pool().clientWith(config);
  const claim = async () => nameOf(await one.getContainer("alice"));
  const before = Date.now();
  const crashed = await claim();
  await kill(crashed);
  await pool().object.reportStopped(crashed);
  const replaced = await claim();
  await pool().atRest(1);
  const rolledOutAt = Date.now();
  const two = pool().clientWith({ ...config, revision: "two", revisionOrder: 2 });
  await two.prime();
  await eventually(async () => expect(await pool().stats()).toMatchObject({ replacements: 1 }));
  expect(nameOf(await two.getContainer("alice")), "a rollout takes none from a session").toBe(
    replaced,
  );
  await two.releaseContainer("alice");
  await pool().atRest(1);
  const current = nameOf(await two.getContainer("alice"));

  const told = await (await operate("GET", "sessions/alice")).json<Explained>();
  expect(told.container).toMatchObject({ name: current });
  const stepsOf = (name: string) =>
    told.steps
      .filter(({ container, to }) => container === name && to !== "warm")
      .map(({ to, cause, why }) => [to, cause, why]);
  const started = [
    ["starting", null, "it was started"],
    ["assigned", null, "the session claimed it"],
  ];
  expect(stepsOf(crashed)).toEqual([
    ...started,
    ["stopping", "stopped", "it was seen or reported stopped"],
    ["gone", null, "this life of it was over"],
  ]);
  expect(stepsOf(replaced)).toEqual([
    ...started,
    ["draining", "released", "its session released it"],
    ["stopping", "released", "its session released it"],
    ["gone", null, "this life of it was over"],
  ]);
  expect(stepsOf(current)).toEqual(started);
  const times = told.steps.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
  expect(times[0]).toBeGreaterThanOrEqual(before);
  const startedAt = told.steps.find(({ container }) => container === current)!.at;
  expect(startedAt, "the one it has is of the new revision").toBeGreaterThanOrEqual(rolledOutAt);
});

test.each(["GET", "DELETE"])("%s of a session that nobody knows is not found", async (method) => {
  for (const path of ["sessions/nobody", "sessions/nobody?runtime=default"]) {
    const { status, error } = await refusal(operate(method, path));
    expect([status, error.code]).toEqual([404, "not_found"]);
    expect(error.message).not.toContain("nobody");
  }
});

test.each([
  ["GET", "sessions/", "it is empty"],
  ["GET", "sessions/%0d%0aa:b", "the control character U+000D"],
  ["DELETE", `sessions/${"x".repeat(513)}`, "513 bytes"],
  ["GET", "sessions/%ff", "percent-encoded UTF-8"],
  ["DELETE", "sessions/%ef%bf%bd", "U+FFFD"],
])("%s %s is refused: that is no session", async (method, path, problem) => {
  const { status, error } = await refusal(operate(method, path));

  expect([status, error.code]).toEqual([400, "invalid_session"]);
  expect(error.message).toContain(problem);
});

test.each([
  ["GET", "status?runtime=python", 'runtime "python" (the runtimes are default)'],
  ["GET", "sessions/alice?runtime=", 'runtime "" (the runtimes are default)'],
  ["POST", "prime?runtime=%3Cb%3E", 'runtime "<b>" (the runtimes are default)'],
])("%s %s is refused: there is no such runtime", async (method, path, problem) => {
  const { status, error } = await refusal(operate(method, path));

  expect([status, error.code]).toEqual([404, "not_found"]);
  expect(error.message).toContain(problem);
});

test.each([
  ["GET", "status?a=1", undefined, 'option a: "1" is not the value of a name'],
  ["DELETE", "sessions/alice?force=true", undefined, 'option force: "true"'],
  ["POST", "drain?now", undefined, 'option now: ""'],
  [
    "POST",
    "prime",
    '{"count":1}',
    "option count: 1 is not the value of a field there is (runtime)",
  ],
  ["POST", "warmup", '{"count":0}', "option count: 0 is not a whole number of containers"],
  ["POST", "warmup", '{"count":"3"}', "option count: no number"],
  ["POST", "shutdown", '{"runtime":["default"]}', 'option runtime: ["default"] is not'],
  ["POST", "shutdown?runtime=default", '{"runtime":"default"}', "in the query and in the body"],
  ["POST", "prime", "runtime=default", 'option body: "runtime=default" is not'],
  ["POST", "prime", "\xff\xfe", "option body: "],
  ["POST", "prime", " ".repeat(1025), "option body: more than 1024 bytes"],
])("%s %s with %j is refused with what is wrong", async (method, path, body, problem) => {
  const { status, error } = await refusal(operate(method, path, { body }));

  expect([status, error.code]).toEqual([400, "invalid_config"]);
  expect(error.message).toContain(problem);
  expect(error.message.length).toBeLessThan(300);
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("a body is read no further than it may be long", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 256;
      controller.enqueue(new Uint8Array(256).fill(32));
    },
  });
  const { status, error } = await refusal(operate("POST", "prime", { body: endless }));

  expect([status, error.code]).toEqual([400, "invalid_config"]);
  expect(sent).toBeLessThan(10_000);
});

test("a body of just as many bytes is read, however it is cut", async () => {
  const text = new TextEncoder().encode(`{"runtime":"default"}${" ".repeat(1024 - 21)}`);
  const pieces = new ReadableStream({
    start(controller) {
      for (let at = 0; at < text.length; at += 100) controller.enqueue(text.slice(at, at + 100));
      controller.close();
    },
  });

  expect((await operate("POST", "prime", { body: pieces })).status).toBe(200);
});

test.each([
  ["PUT", "status", "it has GET"],
  ["POST", "sessions/alice", "it has GET and DELETE"],
  ["GET", "prime", "it has POST"],
  ["GET", "stats", "GET /api/v1/warm-pool/stats"],
  ["GET", "sessions/a/b", "sessions/a/b"],
])("%s %s is not found", async (method, path, problem) => {
  const { status, error } = await refusal(operate(method, path));

  expect([status, error.code]).toEqual([404, "not_found"]);
  expect(error.message).toContain(problem);
});

test("a request with a session id goes to its container, whatever its path", async () => {
  const headers = { "x-api-key": env.WARM_POOL_API_KEY };
  for (const path of ["status", "prime", "sessions/alice", "nothing"]) {
    const answer = await ask(`/api/v1/warm-pool/${path}`, {
      session: "alice",
      method: "POST",
      headers,
    });
    expect(answer.headers.get("x-warm-pool")).toMatch(/^(miss|sticky)$/);
    expect(await answer.json()).toEqual({ error: `there is nothing at /api/v1/warm-pool/${path}` });
  }
});

test("markup in a runtime's name comes back as JSON that holds none", async () => {
  const request = new Request("https://pool.example/api/v1/warm-pool/status?runtime=%3Cimg%3E", {
    headers: { "x-api-key": env.WARM_POOL_API_KEY },
  });
  const text = await (await exports.default.fetch(request)).text();

  expect(text).toContain("\\u003cimg");
  expect(text).not.toContain("<");
});
