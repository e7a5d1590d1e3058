import { expect, test } from "vitest";
import { eventually, kill, ledger, sessions, setFaults, TestPool } from "./harness.ts";

test("a warm container that dies silently is noticed by the sweep and replaced", async () => {
  const pool = new TestPool({ warmTarget: 3, refreshInterval: 1000 });
  await pool.claim("alice");
  await pool.atRest(3);
  const [victim] = (await ledger()).running.slice(1);
  await kill(victim!.name);

  await eventually(async () => expect(await pool.tracked()).not.toContain(victim!.id));
  await pool.atRest(3);
  expect((await ledger()).running.map(({ id }) => id).sort()).toEqual(await pool.tracked());
});

test("a session's container that dies silently is noticed by the sweep", async () => {
  const pool = new TestPool({ warmTarget: 0, refreshInterval: 1000, assignedCheckInterval: 1000 });
  const first = await pool.claim("alice");
  await kill(first);

  await eventually(async () => expect(await pool.stats()).toMatchObject({ assigned: 0, total: 0 }));
  expect(await pool.claim("alice")).not.toBe(first);
});

test("a session whose container died silently gets another one with its next request", async () => {
  const pool = new TestPool({ warmTarget: 1, verifyAfter: 0 });
  const first = await pool.claim("alice");
  await pool.atRest(1);
  await kill(first);

  const second = await pool.claim("alice");
  expect(second).not.toBe(first);
  expect(await pool.claim("alice")).toBe(second);
});

test("a warm container that reports its stop is replaced at once", async () => {
  const pool = new TestPool({ warmTarget: 3, refreshInterval: 3_600_000 });
  await pool.claim("alice");
  await pool.atRest(3);
  const [victim] = (await ledger()).running.slice(1);
  await kill(victim!.name);
  await pool.object.reportStopped(victim!.id);

  await pool.atRest(3);
  expect(await pool.tracked()).not.toContain(victim!.id);
});

test("a session whose container reports its stop gets another one, by id and by name", async () => {
  const pool = new TestPool({ warmTarget: 1, refreshInterval: 3_600_000 });
  const first = await pool.client.getContainer("alice");
  await kill(first.name!);
  await pool.object.reportStopped(first.id.toString());
  expect(await pool.stats()).toMatchObject({ assigned: 0 });
  const second = await pool.client.getContainer("alice");
  expect(second.name).not.toBe(first.name);
  await kill(second.name!);
  await pool.object.reportStopped(second.name!);

  expect(await pool.claim("alice")).not.toBe(second.name);
  await pool.atRest(1);
});

test("a report about a container that still runs ends its session and leaks nothing", async () => {
  const pool = new TestPool({ warmTarget: 0 });
  const first = await pool.claim("alice");
  await pool.object.reportStopped(first);

  expect(await pool.claim("alice")).not.toBe(first);
  await pool.atRest(0);
  expect((await ledger()).running.map(({ id }) => id)).toEqual(await pool.tracked());
});

test("a report that comes twice, or of nothing the pool knows, changes nothing", async () => {
  const pool = new TestPool({ warmTarget: 2, refreshInterval: 3_600_000 });
  const first = await pool.claim("alice");
  await pool.atRest(2);
  await kill(first);
  await pool.object.reportStopped(first);
  await pool.atRest(2);
  const before = await pool.lastingStats();

  const { id } = (await ledger()).runs.find(({ name }) => name === first)!;
  const garbage = [
    first,
    id,
    "f".repeat(64),
    crypto.randomUUID(),
    "",
    "x",
    "\0",
    "y".repeat(1_000_000),
  ];
  for (const report of [...garbage, undefined, null, 7, {}, ["a"], true]) {
    await pool.object.reportStopped(report as string);
  }
  await pool.atRest(2);
  const { reports, unknownReports, ...after } = await pool.lastingStats();
  expect({ ...after, reports: 0, unknownReports: 0 }).toEqual({
    ...before,
    reports: 0,
    unknownReports: 0,
  });
  expect(reports - before.reports).toBe(garbage.length + 6);
  expect(unknownReports - before.unknownReports).toBe(garbage.length + 6);
});

test("trouble of the platform that hides every state drops nobody", async () => {
  const pool = new TestPool({
    warmTarget: 5,
    refreshInterval: 1000,
    assignedCheckInterval: 1000,
    verifyAfter: 0,
    health: { timeout: 200, unhealthyAfter: 1 },
  });
  const first = await pool.claim("alice");
  await pool.atRest(5);
  const before = await pool.tracked();
  for (const kind of ["throw", "hang"] as const) {
    const { probes } = await ledger();
    await setFaults({ probes: { kind, of: { first: 1000 } } });
    await eventually(async () => expect((await ledger()).probes).toBeGreaterThan(probes + 20));
    expect(await pool.claim("alice")).toBe(first);
  }

  expect(await pool.tracked()).toEqual(before);
  expect((await ledger()).running).toHaveLength(6);
});

test("a warm container that alone does not answer is replaced", async () => {
  const pool = new TestPool({
    warmTarget: 5,
    refreshInterval: 1000,
    health: { timeout: 200, unhealthyAfter: 2 },
  });
  await pool.claim("alice");
  await pool.atRest(5);
  const [victim] = (await ledger()).running.slice(1);
  await setFaults({ probes: { kind: "hang", of: [victim!.name] } });

  await eventually(async () => expect(await pool.tracked()).not.toContain(victim!.id));
  await pool.atRest(5);
  expect((await ledger()).running.map(({ id }) => id)).not.toContain(victim!.id);
});

test("a sweep over 1,000 containers of which 10 hang holds up no claim and ends in time", async () => {
  const config = {
    warmTarget: 1000,
    maxInstances: 1010,
    startConcurrency: 20,
    refreshInterval: 3_600_000,
    health: { timeout: 5000, unhealthyAfter: 10 },
  };
  const pool = new TestPool(config);
  await setFaults({ bootMs: [1, 5] });
  await pool.claim("alice");
  await eventually(() => pool.atRest(1000), 180_000);
  const { probes, runs } = await ledger();
  const hanging = runs.slice(-10).map(({ name }) => name);
  await setFaults({ probes: { kind: "hang", of: hanging } });
  const client = pool.clientWith({ ...config, refreshInterval: 3000 });
  await client.getContainer("alice");
  await eventually(async () => expect((await ledger()).probes).toBeGreaterThan(probes));

  const sweptFrom = Date.now();
  for (const session of sessions(10)) {
    const claimedFrom = Date.now();
    await client.getContainer(session);
    expect(Date.now() - claimedFrom).toBeLessThan(2500);
  }
  expect(await pool.stats()).toMatchObject({ healthFailures: { liveness: 0 } });
  await eventually(async () =>
    expect((await pool.stats()).healthFailures.liveness).toBeGreaterThanOrEqual(10),
  );
  expect(Date.now() - sweptFrom).toBeLessThan(15_000);
  expect((await ledger()).probes - probes).toBeGreaterThanOrEqual(1000);
  expect(await pool.stats()).toMatchObject({ evictions: 0, assigned: 11, total: 1010 });
}, 300_000);
