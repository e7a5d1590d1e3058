import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { atRest } from "./expect.mjs";
import { IDENTITY, Server } from "./server.mjs";

const OPTIONS = {
  warmTarget: 2,
  refreshInterval: 1000,
  assignedCheckInterval: 1000,
  health: { path: "/health", maxMemoryRatio: 0.99, maxCpuRatio: 1 },
};

let server;

before(async () => {
  server = new Server("sessions");
  await server.start({ OPTIONS: JSON.stringify(OPTIONS) });
});

after(() => server?.remove());

test("two sessions never see each other's boot id or files", async () => {
  const sessions = ["alice", "bob", "carol", "dave"];
  const boots = await Promise.all(
    sessions.map(async (session) => {
      const put = await server.fetch(session, "/files/mine", { method: "PUT", body: session });
      assert.equal(put.status, 201, "the file is new to its container");
      return (await server.whoami(session)).boot;
    }),
  );
  assert.equal(new Set(boots).size, sessions.length);
  for (const session of sessions) {
    assert.equal(await (await server.fetch(session, "/files/mine")).text(), session);
  }
  // A container that nobody has had yet holds nothing.
  await atRest(server, { warm: 2, assigned: 4 });
  assert.equal((await server.fetch("eve", "/files/mine")).status, 404);
});

test("a session keeps its container over 100 requests, streams and a WebSocket", async () => {
  const { boot, container } = await server.whoami("keeper");
  for (let i = 0; i < 100; i++) assert.equal((await server.whoami("keeper")).boot, boot);

  const streamed = await server.fetch("keeper", "/stream?chunks=5&ms=50");
  assert.equal((await streamed.text()).trim().split("\n").length, 5);
  const sent = randomBytes(300_000);
  const body = new Response(sent).body;
  const echoed = await server.fetch("keeper", "/echo", { method: "POST", body, duplex: "half" });
  assert.deepEqual(Buffer.from(await echoed.arrayBuffer()), sent);

  const socket = await server.socket("keeper", "/echo");
  for (const message of ["hello", randomBytes(70_000)]) {
    const answered = once(socket, "message");
    socket.send(message);
    const [{ data }] = await answered;
    assert.deepEqual(Buffer.from(data), Buffer.from(message));
  }
  const closed = once(socket, "close");
  socket.close(1000);
  await closed;

  const last = await server.whoami("keeper");
  assert.deepEqual([last.boot, last.container], [boot, container]);
});

test("an answer is streamed: its first part is there before its last is written", async () => {
  const startedAt = performance.now();
  const response = await server.fetch("streamer", "/stream?chunks=2&ms=3000", IDENTITY);
  const reader = response.body.getReader();
  assert.match(Buffer.from((await reader.read()).value).toString(), /^chunk 1 of 2/);
  assert.ok(performance.now() - startedAt < 2500);
  await reader.cancel();
});

test("a container that has to be well tells how much it uses", async () => {
  const health = await (await server.fetch("healthy", "/health")).json();
  const ratios = [health.memory_used_ratio, health.cpu_used_ratio];
  assert.ok(
    ratios.every((ratio) => ratio >= 0 && ratio <= 1),
    JSON.stringify(health),
  );
});
