import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { inRoot } from "../../scripts/lib/project.mjs";
import { eventually } from "../process/server.mjs";
import { startRustWorkers } from "./workers.mjs";

/** None are started but those that sessions wait for. */
const EMPTY = { warmTarget: 0 };

let workers;

before(async () => void (workers = await startRustWorkers()));
after(() => workers?.stop());

test("the example sends a session's requests to its container, body and answer", async () => {
  const first = await whoami("alice");
  assert.equal(first.session, "alice");
  assert.equal((await whoami("alice")).container, first.container);
  assert.notEqual((await whoami("bob")).container, first.container);

  const echo = await ask("/echo", { method: "POST", body: "hello", session: "alice" });
  assert.equal(echo.status, 200);
  assert.match(await echo.text(), /hello/);
});

test("the example's pool is filled as its configuration says, and shows its figures", async () => {
  await whoami("alice");
  await eventually(async () => {
    const stats = await (await ask("/stats")).json();
    assert.equal(stats.config.warmTarget, 3);
    assert.equal(stats.config.containerBinding, "CONTAINER");
    assert.equal(stats.warm, 3);
  });
});

test("a session of the example gives its container up", async () => {
  const { container } = await whoami("carol");
  const release = () => ask("/session", { method: "DELETE", session: "carol" });
  assert.equal(await (await release()).json(), true);
  assert.equal(await (await release()).json(), false);
  assert.notEqual((await whoami("carol")).container, container);
});

test("the example's WebSockets reach the container", async () => {
  const { webSocket } = await ask("/ws", { headers: { upgrade: "websocket" }, session: "alice" });
  assert.ok(webSocket);
  webSocket.accept();
  const answer = new Promise((done) =>
    webSocket.addEventListener("message", ({ data }) => done(data)),
  );
  webSocket.send("ping");
  assert.match(await answer, /ping/);
  webSocket.close();
});

test("a request without a session is answered as the default Worker answers it", async () => {
  const answer = await ask("/whoami");
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal((await answer.json()).error.code, "invalid_session");
});

test("the pool and the containers may be in the Worker itself", async () => {
  const whoami = () =>
    workers.together.fetch("http://together/whoami", { headers: { "x-session-id": "alice" } });
  const first = await (await whoami()).json();
  assert.equal(first.session, "alice");
  assert.equal((await (await whoami()).json()).container, first.container);
});

test("a claim says which container, which life of it and where it came from", async () => {
  const pool = "claims";
  const miss = await call("claim", { with: "alice", pool, options: EMPTY });
  assert.match(miss.name, /^[0-9a-f]{8}-/);
  assert.match(miss.id, /^[0-9a-f]{64}$/);
  assert.deepEqual({ ...miss, name: 0, id: 0 }, { name: 0, id: 0, generation: 1, outcome: "miss" });

  const sticky = { ...miss, outcome: "sticky" };
  assert.deepEqual(await call("claim", { with: "alice", pool, options: EMPTY }), sticky);
  assert.deepEqual(await call("lookup", { with: "alice", pool }), sticky);
  assert.equal(await call("lookup", { with: "bob", pool }), null);
  assert.equal((await call("stats", { pool })).claims, 2);
});

test("a session's container is explained step by step", async () => {
  const pool = "explained";
  const { name, id } = await call("claim", { with: "alice", pool, options: EMPTY });
  const { container, steps, dropped } = await call("explain", { with: "alice", pool });
  assert.deepEqual({ container, dropped }, { container: { name, id, generation: 1 }, dropped: 0 });
  assert.deepEqual(
    steps.map(({ container, to }) => [container, to]),
    ["starting", "assigned"].map((to) => [name, to]),
  );
  assert.ok(steps.every(({ at, why }) => Math.abs(Date.now() - at) < 60_000 && why.length > 0));

  await call("release", { with: "alice", pool });
  const left = (await call("explain", { with: "alice", pool })).steps.find(({ cause }) => cause);
  assert.equal(left.cause, "released");
  assert.equal((await call("explain", { with: "nobody", pool })).container, null);
});

test("with a hint cache the pool is not asked again, and a release is not forgotten", async () => {
  const options = { with: "alice", pool: "hints", hints: "HINTS", options: EMPTY };
  const { name } = await call("claim", options);
  await eventually(async () => {
    const before = await call("stats", options);
    assert.equal((await call("claim", options)).name, name);
    assert.equal((await call("stats", options)).claims, before.claims);
  });
  assert.equal(await call("release", options), true);
  assert.notEqual((await call("claim", options)).name, name);
});

test("a pool is warmed up, primed, and shut down", async () => {
  const pool = "life";
  const options = { warmTarget: 1, drainTimeout: 0 };
  await call("warmup", { with: 3, pool, options });
  await eventually(async () => assert.equal((await call("stats", { pool })).warm, 3));
  const { name } = await call("claim", { with: "alice", pool, options });
  await call("shutdownPrewarmed", { pool });
  await eventually(async () => {
    const { warm, assigned, total } = await call("stats", { pool });
    assert.deepEqual({ warm, assigned, total }, { warm: 0, assigned: 1, total: 1 });
  });
  await call("prime", { pool, options });
  await eventually(async () => assert.equal((await call("stats", { pool })).warm, 1));

  await call("reportStopped", { with: name, pool });
  assert.equal(await call("lookup", { with: "alice", pool }), null);
  await call("shutdown", { pool });
  await eventually(async () => assert.equal((await call("stats", { pool })).total, 0));
});

test("a claim that is dropped leaves the queue", async () => {
  const pool = "left";
  const options = { warmTarget: 0, maxInstances: 1 };
  await call("claim", { with: "alice", pool, options });
  assert.equal(await call("giveUp", { with: "bob", pool, options }), "gave up");
  await eventually(async () => {
    const { waiting, callersLeft } = await call("stats", { pool });
    assert.deepEqual({ waiting, callersLeft }, { waiting: 0, callersLeft: 1 });
  });
});

test("options may be typed, and are what the pool then is", async () => {
  await call("typed", { pool: "typed" });
  const { config } = await call("stats", { pool: "typed" });
  assert.equal(config.warmTarget, 2);
  assert.deepEqual(config.ports, [8080]);
  assert.equal(config.revision, "v2");
  assert.equal(config.health.maxMemoryRatio, 0.9);
});

test("a wrong call is an error with a code, and changes nothing", async () => {
  const pool = "wrong";
  const cases = [
    [{ call: "claim", with: "" }, 400, "invalid_session", /1 to 512 bytes/],
    [{ call: "release", with: "a\nb" }, 400, "invalid_session", /control/],
    [{ call: "lookup", with: "" }, 400, "invalid_session", /empty/],
    [{ call: "prime", options: { warmTraget: 1 } }, 400, "invalid_config", /warmTraget/],
    [{ call: "prime", options: { startTimeout: "1s" } }, 400, "invalid_config", /startTimeout/],
    [{ call: "outOfBounds" }, 400, "invalid_config", /warmTarget: 1001 is not .* 0 to 1000/],
    [{ call: "warmup", with: 1_001 }, 400, "invalid_config", /count: 1001/],
    [{ call: "claim", with: "a", pool: "x".repeat(129) }, 400, "invalid_config", /poolName/],
    [{ call: "claim", with: "a", containers: "NONE" }, 500, "misconfigured", /NONE .*HINTS/],
    [{ call: "claim", with: "a", hints: "CONTAINER" }, 500, "misconfigured", /KV namespace/],
  ];
  for (const [asked, status, code, message] of cases) {
    const answer = await post({ pool, ...asked });
    const { error } = await answer.json();
    assert.equal(error?.code, code, JSON.stringify(asked));
    assert.equal(answer.status, status);
    assert.match(error.message, message);
  }
  assert.equal((await call("stats", { pool })).total, 0);
});

test("an error that a handler passes on says its code", async () => {
  const message = await call("throw", {});
  assert.match(message, /^invalid session id: it is empty .* \[invalid_session\]$/);
});

test("an error says when to try again", async () => {
  const pool = "full";
  const options = { warmTarget: 0, maxInstances: 1, queueTimeout: 0 };
  await call("claim", { with: "alice", pool, options });
  const answer = await post({ call: "claim", with: "bob", pool, options });
  const { error } = await answer.json();
  assert.equal(answer.status, 503);
  assert.ok(error.retry_after_ms > 0);
  const seconds = Math.ceil(error.retry_after_ms / 1000);
  assert.equal(answer.headers.get("retry-after"), `${seconds}`);
});

test("what the README shows of the example is its code", () => {
  const example = readFileSync(inRoot("example/rust/src/lib.rs"), "utf8");
  const snippets = [...readFileSync(inRoot("README.md"), "utf8").matchAll(/```rust\n(.*?)```/gs)];
  assert.equal(snippets.length, 1);
  for (const [, snippet] of snippets) assert.ok(example.includes(snippet), snippet);
});

/** One call of the client, and what it was answered with. */
async function call(name, asked) {
  const answer = await post({ call: name, ...asked });
  assert.equal(answer.status, 200, `${name}: ${await answer.clone().text()}`);
  return answer.json();
}

function post(asked) {
  return workers.calls.fetch("http://calls/", { method: "POST", body: JSON.stringify(asked) });
}

async function whoami(session) {
  return (await ask("/whoami", { session })).json();
}

function ask(path, { session, headers, ...init } = {}) {
  const named = session === undefined ? {} : { "x-session-id": session };
  return workers.example.fetch(`http://example${path}`, {
    ...init,
    headers: { ...headers, ...named },
  });
}
