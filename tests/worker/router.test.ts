import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { eventually, ledger, setFaults, TestPool, times } from "./harness.ts";
import { ask, STATUS, statusRequest, workerWith } from "./requests.ts";

test("a request goes to its session's container, and the answer says how it came by it", async () => {
  const first = await ask("/whoami", { session: "alice" });
  expect(first.status).toBe(200);
  expect(first.headers.get("x-warm-pool")).toBe("miss");
  const alices = await first.json<{ container: string; session: string }>();
  expect(alices.session).toBe("alice");

  const second = await ask("/whoami?again", { session: "alice" });
  expect(second.headers.get("x-warm-pool")).toBe("sticky");
  expect(await second.json()).toMatchObject({ container: alices.container });

  await new TestPool({ poolName: "default" }).atRest(2);
  const third = await ask("/whoami", { session: "bob" });
  expect(third.headers.get("x-warm-pool")).toBe("hit");
  expect(await third.json()).not.toMatchObject({ container: alices.container });
});

test("the answer carries its timing", async () => {
  const answer = await ask("/whoami", { session: "alice" });
  await answer.text();

  expect(answer.headers.get("server-timing")).toMatch(
    /^\w+;dur=\d+(\.\d+)?(, \w+;dur=\d+(\.\d+)?)*$/,
  );
});

test("method, path, query, headers and status pass through", async () => {
  const answer = await ask("/nothing/here?a=1", { session: "alice", method: "DELETE" });

  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({ error: "there is nothing at /nothing/here" });
});

test("an answer is streamed: its beginning arrives before its end is sent", async () => {
  const answer = await ask("/stream?chunks=3&ms=500", { session: "alice" });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();

  expect((await reader.read()).value).toBe("chunk 1 of 3\n");
  expect((await reader.read()).value).toBe("chunk 2 of 3\n");
  expect((await reader.read()).value).toBe("chunk 3 of 3\n");
  expect((await reader.read()).done).toBe(true);
});

test("a body is streamed: its beginning is answered before its end is sent", async () => {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const asked = ask("/echo", { session: "alice", method: "POST", body: readable });
  await writer.write(encoder.encode("first"));
  const reader = (await asked).body!.pipeThrough(new TextDecoderStream()).getReader();

  expect((await reader.read()).value).toBe("first");
  await writer.write(encoder.encode("second"));
  expect((await reader.read()).value).toBe("second");
  await writer.close();
  expect((await reader.read()).done).toBe(true);
});

test("8 MB go through and come back", async () => {
  const sent = new Uint8Array(8 << 20);
  for (let i = 0; i < sent.length; i += 4096) sent[i] = i >> 12;
  const answer = await ask("/echo", { session: "alice", method: "POST", body: sent });

  const [got, expected] = await Promise.all(
    [await answer.arrayBuffer(), sent].map((bytes) => crypto.subtle.digest("SHA-256", bytes)),
  );
  expect(new Uint8Array(got!)).toEqual(new Uint8Array(expected!));
});

test("a WebSocket reaches the session's container", async () => {
  const answer = await ask("/ws", { session: "alice", headers: { upgrade: "websocket" } });
  expect(answer.status).toBe(101);
  expect(answer.headers.get("x-warm-pool")).toBe("miss");
  const socket = answer.webSocket!;
  const messages: unknown[] = [];
  socket.addEventListener("message", ({ data }) => void messages.push(data));
  socket.accept();
  socket.send("ping");
  socket.send("pong");

  await eventually(async () => expect(messages).toEqual(["ping", "pong"]));
  socket.close(1000, "done");
});

test.each([
  ["without a session id", {}],
  ["with an empty session id", { session: "" }],
  ["with a session id that is too long", { session: "x".repeat(513) }],
])("a request %s is refused as JSON", async (_, options) => {
  const answer = await ask("/whoami", options);

  expect(answer.status).toBe(400);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await answer.json()).toMatchObject({
    error: { code: "invalid_session", message: expect.stringContaining("session") as string },
  });
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test.each([
  ["no key", undefined],
  ["an empty key", ""],
  ["a wrong key", "a key for test"],
  ["a key that is too long", "a key for tests "],
])("the status is closed to who has %s", async (_, key) => {
  const answer = await exports.default.fetch(STATUS, {
    headers: key === undefined ? {} : { "x-api-key": key === "a key for tests " ? `${key}x` : key },
  });

  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ error: { code: "unauthorized" } });
});

test("the status shows the pool to who has the key", async () => {
  await (await ask("/whoami", { session: "alice" })).text();
  await (await ask("/whoami", { session: "alice" })).text();
  await new TestPool({ poolName: "default" }).atRest(2);
  const answer = await exports.default.fetch(statusRequest());

  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    enabled: true,
    pools: { default: { size: 2, available: 2, in_use: 1 } },
    total_hits: 0,
    total_misses: 1,
    hit_rate: 0,
  });
});

test("the status asks no pool to start anything", async () => {
  expect((await exports.default.fetch(statusRequest())).status).toBe(200);

  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("where no key is set the status is closed, and says how to open it", async () => {
  const { WARM_POOL_API_KEY: key, ...without } = env;
  const request = new Request(STATUS, { headers: { "x-api-key": key } });
  const answer = await workerWith(without).fetch(request);

  expect(answer.status).toBe(401);
  const { error } = await answer.json<{ error: { code: string; message: string } }>();
  expect(error.code).toBe("unauthorized");
  expect(error.message).toContain("WARM_POOL_API_KEY");
});

test("a session for which there is no room is told when to come back", async () => {
  await setFaults({ capacity: 0 });
  const answer = await ask("/whoami", { session: "alice" });

  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  const { error } = await answer.json<{ error: { code: string; retry_after_ms: number } }>();
  expect(error.code).toBe("capacity_exhausted");
  expect(error.retry_after_ms).toBeGreaterThan(0);
});

test("a session whose container cannot be started is told why", async () => {
  const message = "no such image available named demo";
  await setFaults({ starts: times(20, { kind: "fail", message }) });
  const answer = await ask("/whoami", { session: "alice" });

  expect(answer.status).toBe(502);
  const { error } = await answer.json<{ error: { code: string; message: string } }>();
  expect(error.code).toBe("start_failed");
  expect(error.message).toContain(message);
  // The reset before the next test does not end an object whose calls are in flight.
  const pool = new TestPool({ poolName: "default" });
  await pool.client.shutdown();
  await pool.atRest(0);
});

test("a Worker with one runtime has no other", async () => {
  expect((await ask("/whoami", { session: "alice", runtime: "default" })).status).toBe(200);
  const answer = await ask("/whoami", { session: "alice", runtime: "python" });

  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({
    error: {
      code: "not_found",
      message: 'there is nothing at x-runtime "python" (the runtimes are default)',
    },
  });
});
