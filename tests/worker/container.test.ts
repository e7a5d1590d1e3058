import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { FILE_BYTES_MAX, FILES_MAX } from "../../container/files.ts";
import { bootTimeMs, coldStartMs } from "../../container/times.ts";
import { errorOf, eventually, ledger, setFaults } from "./harness.ts";
import type { TestContainer } from "./platform/container.ts";

// The simulated container behaves as the real class does; the other tests stand on that.

type Stub = DurableObjectStub<TestContainer>;

/** How an instance ends; each resolves when it is gone. */
const INSTANCE_ENDS: [string, (container: Stub) => Promise<unknown>][] = [
  ["is destroyed", (container) => container.destroy()],
  ["crashes", (container) => container.crash()],
  [
    "exits",
    async (container) => {
      await container.stop();
      await eventually(async () => expect((await ledger()).running).toEqual([]));
    },
  ],
];

test("getState starts nothing", async () => {
  expect(await env.CONTAINER.getByName("one").getState()).toMatchObject({ status: "stopped" });

  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("a container runs once it is started, and is healthy once its ports answer", async () => {
  await setFaults({ bootMs: 300 });
  const container = env.CONTAINER.getByName("one");
  await container.start();
  expect(await container.getState()).toMatchObject({ status: "running" });
  await container.startAndWaitForPorts();

  expect(await container.getState()).toMatchObject({ status: "healthy" });
  expect(await ledger()).toMatchObject({ starts: 1 });
});

test("starts that come at once are one", async () => {
  const starts = Array.from({ length: 5 }, () =>
    env.CONTAINER.getByName("one").startAndWaitForPorts(),
  );
  await Promise.all(starts);

  expect(await ledger()).toMatchObject({ starts: 1 });
});

test("stop only signals: the state says healthy until the instance has gone", async () => {
  const container = env.CONTAINER.getByName("one");
  await container.startAndWaitForPorts();
  await container.stop();
  expect(await container.getState()).toMatchObject({ status: "healthy" });

  await eventually(async () =>
    expect(await container.getState()).toMatchObject({ status: "stopped" }),
  );
  expect((await ledger()).running).toEqual([]);
});

test("destroy resolves when the instance has gone, and ends a start under way", async () => {
  await setFaults({ bootMs: 60_000 });
  const container = env.CONTAINER.getByName("one");
  const start = errorOf(container.startAndWaitForPorts());
  await eventually(async () => expect((await ledger()).running).toHaveLength(1));
  await container.destroy();

  expect((await ledger()).running).toEqual([]);
  expect((await start).message).toContain("exited before we could determine");
});

test("a start whose ports never answer fails and leaves the instance running", async () => {
  await setFaults({ bootMs: 60_000 });
  const container = env.CONTAINER.getByName("one");
  const error = await errorOf(container.startAndWaitForPorts(8080, { portReadyTimeoutMS: 100 }));

  expect(error.message).toContain("the container is not listening");
  expect((await ledger()).running).toHaveLength(1);
});

test("a request to a stopped container starts it again", async () => {
  const container = env.CONTAINER.getByName("one");
  const boots = [];
  for (let i = 0; i < 2; i++) {
    boots.push(await bootOf(container));
    await container.destroy();
  }

  expect(boots).toEqual([1, 2]);
});

test("a request for which there is no room is answered as the real class does", async () => {
  await setFaults({ capacity: 0 });
  const answer = await env.CONTAINER.getByName("one").fetch("http://container/whoami");

  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("Maximum number of running container instances exceeded");
});

test("an instance outlives its object's memory", async () => {
  const container = env.CONTAINER.getByName("one");
  await container.startAndWaitForPorts();
  await abortAllDurableObjects();

  expect(await env.CONTAINER.getByName("one").getState()).toMatchObject({ status: "healthy" });
  expect(await bootOf(env.CONTAINER.getByName("one"))).toBe(1);
});

test("a crash is told to nobody", async () => {
  const container = env.SLEEPER.getByName("one");
  await container.startAndWaitForPorts();
  const answer = await container.fetch("http://container/crash");

  expect(answer.status).toBe(500);
  expect(await container.getState()).toMatchObject({ status: "stopped" });
  expect(await container.stops()).toBe(0);
});

test("without requests a container goes to sleep by itself, and says so", async () => {
  const container = env.SLEEPER.getByName("one");
  await container.startAndWaitForPorts();

  await eventually(async () => expect(await container.stops()).toBe(1));
  expect(await container.getState()).toMatchObject({ status: "stopped" });
});

test("an answer under way, and renewing, keep a container awake", async () => {
  const container = env.SLEEPER.getByName("one");
  const answer = await container.fetch("http://container/stream?chunks=4&ms=700");
  expect(await answer.text()).toContain("chunk 4 of 4");
  const awakeUntil = Date.now() + 2000;
  while (Date.now() < awakeUntil) {
    await container.renewActivityTimeout();
    await new Promise((done) => setTimeout(done, 100));
  }

  expect(await container.stops()).toBe(0);
});

test("a container tells how many requests are under way, streams and WebSockets until they end", async () => {
  const container = env.CONTAINER.getByName("one");
  await container.startAndWaitForPorts();
  expect(await container.getState()).toMatchObject({ inFlight: 0 });
  const echo = await openEcho(container);
  const socket = await openSocket(container);
  expect(await container.getState()).toMatchObject({ inFlight: 2 });

  await echo.end();
  await eventually(async () => expect(await container.getState()).toMatchObject({ inFlight: 1 }));
  socket.close(1000, "done");
  await eventually(async () => expect(await container.getState()).toMatchObject({ inFlight: 0 }));
});

test("a request that waits for a start is under way too, and over if the start fails", async () => {
  await setFaults({ bootMs: 500 });
  const container = env.CONTAINER.getByName("one");
  const answer = container.fetch("http://container/whoami");
  await eventually(async () =>
    expect(await container.getState()).toMatchObject({ status: "running", inFlight: 1 }),
  );
  expect((await answer).status).toBe(200);

  await setFaults({ capacity: 0 });
  const other = env.CONTAINER.getByName("two");
  expect((await other.fetch("http://container/whoami")).status).toBe(503);
  expect(await other.getState()).toMatchObject({ status: "stopped", inFlight: 0 });
});

test.each(INSTANCE_ENDS)("requests under way end with the instance when it %s", async (_, end) => {
  const container = env.CONTAINER.getByName("one");
  await putHealth(container, { delay_ms: 600_000 });
  const echo = await openEcho(container);
  const closed = new Promise<CloseEvent>((done) => {
    void openSocket(container).then((socket) => socket.addEventListener("close", done));
  });
  const look = container.fetch("http://container/health");
  await eventually(async () => expect(await container.getState()).toMatchObject({ inFlight: 3 }));
  await end(container);

  expect(await container.getState()).toMatchObject({ inFlight: 0 });
  await errorOf(echo.rest());
  expect((await closed).code).toBe(1011);
  expect((await look).status).toBe(500);
});

test("a file stays while the instance runs, whatever becomes of its object's memory", async () => {
  expect(await putFile(env.CONTAINER.getByName("one"), "a/note.txt", "left behind")).toBe(204);
  await abortAllDurableObjects();
  const container = env.CONTAINER.getByName("one");

  expect(await fileOf(container, "a/note.txt")).toBe("left behind");
  expect(await fileOf(container, "note.txt")).toBeNull();
  expect(await fileOf(env.CONTAINER.getByName("two"), "a/note.txt")).toBeNull();
});

test.each(INSTANCE_ENDS)(
  "files and health are gone with the instance when it %s",
  async (_, end) => {
    const container = env.CONTAINER.getByName("one");
    await putFile(container, "note", "left behind");
    await putHealth(container, { status: 503 });
    await end(container);

    expect(await fileOf(container, "note")).toBeNull();
    expect((await healthOf(container)).status).toBe(200);
    expect(await bootOf(container)).toBe(2);
  },
);

test("a file that was still being sent when the instance ended is not in the next one", async () => {
  const container = env.CONTAINER.getByName("one");
  await container.startAndWaitForPorts();
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const body = { method: "PUT", body: readable };
  const answer = container.fetch("http://container/files/note", body);
  await writer.write(new TextEncoder().encode("half of "));
  await container.destroy();
  await container.startAndWaitForPorts();
  await writer.write(new TextEncoder().encode("it"));
  await writer.close();

  expect((await answer).status).toBe(500);
  expect(await fileOf(container, "note")).toBeNull();
});

test("files are bounded in size, number and name, and an error says how", async () => {
  const container = env.CONTAINER.getByName("one");
  expect(await putFile(container, "0", "x".repeat(FILE_BYTES_MAX))).toBe(204);
  expect(await putFile(container, "1", "x".repeat(FILE_BYTES_MAX + 1))).toBe(
    "413 a file has at most 65536 bytes",
  );
  expect(await fileOf(container, "1")).toBeNull();
  for (let i = 1; i < FILES_MAX; i++) await putFile(container, String(i), "x");
  expect(await putFile(container, "one more", "x")).toBe(
    "507 there are 32 files, and no room for one more",
  );
  expect(await putFile(container, "0", "replaced")).toBe(204);
  expect(await fileOf(container, "0")).toBe("replaced");

  for (const name of ["", "%", "x".repeat(129)]) {
    const refused = "400 a file is named by 1 to 128 bytes of UTF-8";
    expect(await putFile(container, name, "x")).toBe(refused);
  }
  const answer = await container.fetch("http://container/files/0", { method: "DELETE" });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, PUT"]);
});

test("health answers what it was set to, and what was not named stays", async () => {
  const container = env.CONTAINER.getByName("one");
  expect(await healthOf(container)).toEqual({
    status: 200,
    body: { status: "ok", memory_used_ratio: 0.25, cpu_used_ratio: 0.1 },
  });
  expect(await putHealth(container, { status: 503, memory_used_ratio: 0.9 })).toBe(204);
  expect(await putHealth(container, { cpu_used_ratio: 1 })).toBe(204);
  await abortAllDurableObjects();

  expect(await healthOf(env.CONTAINER.getByName("one"))).toEqual({
    status: 503,
    body: { status: "failing", memory_used_ratio: 0.9, cpu_used_ratio: 1 },
  });
});

test("health answers after the delay that was set", async () => {
  const container = env.CONTAINER.getByName("one");
  await putHealth(container, { delay_ms: 300 });
  const asked = Date.now();
  await healthOf(container);

  expect(Date.now() - asked).toBeGreaterThanOrEqual(290);
});

test.each([
  ["not JSON", "ok", "health is set with a JSON object"],
  ["a list", [], "health is set with a JSON object"],
  ["out of bounds", { memory_used_ratio: 1.1 }, "memory_used_ratio is a number from 0 to 1"],
  ["a fraction", { status: 200.5 }, "status is a whole number from 200 to 599"],
  ["a text", { delay_ms: "1" }, "delay_ms is a whole number from 0 to 600000"],
  ["unknown", { disk: 1 }, "health has no disk, but status, memory_used_ratio,"],
])("health that is %s is refused and changes nothing", async (_, body, message) => {
  const container = env.CONTAINER.getByName("one");

  expect(await putHealth(container, body)).toContain(`400 ${message}`);
  expect((await healthOf(container)).status).toBe(200);
});

test("a reset takes away what a session left behind, and the instance goes on", async () => {
  const container = env.CONTAINER.getByName("one");
  await putFile(container, "note", "left behind");
  await putHealth(container, { status: 503 });
  const before = await (await container.fetch("http://container/whoami")).json();

  expect(await container.resetForPool()).toBe(true);
  expect(await fileOf(container, "note")).toBeNull();
  expect((await healthOf(container)).status).toBe(503);
  expect(await (await container.fetch("http://container/whoami")).json()).toEqual(before);
  expect(await ledger()).toMatchObject({ starts: 1, resets: 1 });
});

test("a reset is refused while a request is in flight", async () => {
  const container = env.CONTAINER.getByName("one");
  await putFile(container, "note", "in use");
  const echo = await openEcho(container);
  expect(await container.resetForPool()).toBe(false);
  expect(await fileOf(container, "note")).toBe("in use");

  await echo.end();
  await eventually(async () => expect(await container.resetForPool()).toBe(true));
});

test("a reset is refused where nothing runs, and starts nothing", async () => {
  const container = env.CONTAINER.getByName("one");
  expect(await container.resetForPool()).toBe(false);
  expect(await ledger()).toMatchObject({ starts: 0 });

  await container.startAndWaitForPorts();
  await container.crash();
  expect(await container.resetForPool()).toBe(false);
});

test.each(["false", "throw", "hang"] as const)(
  "the platform can make a reset go wrong: %s",
  async (fault) => {
    const container = env.CONTAINER.getByName("one");
    await putFile(container, "note", "left behind");
    await setFaults({ resets: fault });
    const ended = container.resetForPool().then(String, () => "throw");
    const late = new Promise((done) => setTimeout(done, 300, "hang"));

    expect(await Promise.race([ended, late])).toBe(fault);
    expect(await fileOf(container, "note")).toBe("left behind");
    expect(await ledger()).toMatchObject({ resets: 1 });
  },
);

test("the platform can make containers sick without a request to them", async () => {
  const [one, two] = [env.CONTAINER.getByName("one"), env.CONTAINER.getByName("two")];
  await one.startAndWaitForPorts();
  await two.startAndWaitForPorts();
  const statuses = async () => [(await healthOf(one)).status, (await healthOf(two)).status];

  await setFaults({ health: { of: ["two"], status: 500 } });
  expect(await statuses()).toEqual([200, 500]);
  await setFaults({ health: { of: { first: 1 }, status: 404 } });
  expect(await statuses()).toEqual([404, 200]);
  await setFaults({ health: { of: "all", status: 204 } });
  expect(await statuses()).toEqual([204, 204]);
  await setFaults({ health: { of: "all", memory_used_ratio: 0.99 } });
  expect((await healthOf(one)).body).toMatchObject({ status: "ok", memory_used_ratio: 0.99 });
  await setFaults({ health: { of: "all", body: "all is well" } });
  expect((await healthOf(one)).body).toBe("all is well");
  await setFaults({ health: null });
  expect(await statuses()).toEqual([200, 200]);
  expect(await ledger()).toMatchObject({ starts: 2, healthRequests: 10 });
});

test("boot times are those that were measured", () => {
  const quantiles = [0, 0.05, 0.15, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

  expect(quantiles.map(coldStartMs).map(Math.round)).toEqual([
    1195, 1195, 1337, 1479, 1779, 2114, 2515, 2952, 4703, 30089,
  ]);
  expect(bootTimeMs({ SIMULATED_BOOT_SCALE: "0.1" }, () => 0.5)).toBeCloseTo(177.9);
  expect(bootTimeMs({ SIMULATED_BOOT_MS: 7, SIMULATED_BOOT_SCALE: 2 })).toBe(7);
  expect(() => bootTimeMs({ SIMULATED_BOOT_MS: "soon" })).toThrow("SIMULATED_BOOT_MS");
});

async function bootOf(container: DurableObjectStub): Promise<number> {
  const answer = await container.fetch("http://container/whoami");
  return (await answer.json<{ boot: number }>()).boot;
}

/** An answer that goes on until it is told to end. */
async function openEcho(container: Stub): Promise<{
  end: () => Promise<string>;
  rest: () => Promise<string>;
}> {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const answer = await container.fetch("http://container/echo", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: readable,
  });
  const rest = () => answer.text();
  const end = async () => {
    await writer.close();
    return rest();
  };
  return { end, rest };
}

async function openSocket(container: Stub): Promise<WebSocket> {
  const headers = { upgrade: "websocket" };
  const { webSocket } = await container.fetch("http://container/ws", { headers });
  webSocket!.accept();
  return webSocket!;
}

/** 204, or the status and the error. */
async function put(container: Stub, path: string, body: string): Promise<number | string> {
  const answer = await container.fetch(`http://container${path}`, { method: "PUT", body });
  if (answer.status === 204) return answer.status;
  return `${answer.status} ${(await answer.json<{ error: string }>()).error}`;
}

function putFile(container: Stub, name: string, text: string): Promise<number | string> {
  return put(container, `/files/${name}`, text);
}

function putHealth(container: Stub, health: object | string): Promise<number | string> {
  return put(container, "/health", typeof health === "string" ? health : JSON.stringify(health));
}

/** Null if there is none. */
async function fileOf(container: Stub, name: string): Promise<string | null> {
  const answer = await container.fetch(`http://container/files/${name}`);
  const text = new TextDecoder().decode(await answer.arrayBuffer());
  if (answer.status === 404) return null;
  expect(answer.status).toBe(200);
  return text;
}

/** The body as JSON, where it is that. */
async function healthOf(container: Stub): Promise<{ status: number; body: unknown }> {
  const answer = await container.fetch("http://container/health");
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}
