import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { bootTimeMs, coldStartMs } from "../../container/times.ts";
import { errorOf, eventually, ledger, setFaults } from "./harness.ts";

// The simulated container behaves as the real class does; the other tests stand on that.

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
