import { expect, test } from "vitest";
import { codeOf, eventually, ledger, setFaults, TestPool, times } from "./harness.ts";
import type { StartFault } from "./platform/platform.ts";

const FAULTS: [string, StartFault][] = [
  ["a start that fails", { kind: "fail", message: "Network connection lost." }],
  [
    "a start that fails and leaves the container running",
    { kind: "fail_running", message: "the container is not listening" },
  ],
  ["a start that never answers", { kind: "hang" }],
  ["a start that never answers and leaves the container running", { kind: "hang_running" }],
  ["a start whose answer is lost", { kind: "lost_answer" }],
];

test.each(FAULTS)("%s costs a session no more than time, and leaks nothing", async (_, fault) => {
  const pool = new TestPool({ warmTarget: 2, startTimeout: 1000, queueTimeout: 20_000 });
  await setFaults({ starts: [fault] });
  await pool.claim("alice");

  await pool.atRest(2);
  await nothingLeaks(pool);
});

test("when every start fails the claim fails too, and nothing leaks", async () => {
  const pool = new TestPool({ warmTarget: 2, startTimeout: 1000, queueTimeout: 10_000 });
  const message = "the container is not listening";
  await setFaults({ starts: times(100, { kind: "fail_running", message }) });

  expect(await codeOf(pool.claim("alice"))).toBe("start_failed");
  await eventually(async () => expect((await ledger()).running).toEqual([]));
  const stats = await pool.stats();
  expect(stats.breakerOpen).toBe(true);
  expect(stats.lastError).toMatchObject({ class: "transient" });
  expect(stats.lastError?.message).toContain(message);
});

test("a permanent failure stops the starts at once", async () => {
  const pool = new TestPool({ warmTarget: 5, startConcurrency: 1, queueTimeout: 5000 });
  const message = "no such image available named demo";
  await setFaults({ starts: times(100, { kind: "fail", message }) });

  expect(await codeOf(pool.claim("alice"))).toBe("start_failed");
  const stats = await pool.stats();
  expect(stats).toMatchObject({ breakerOpen: true, lastError: { class: "permanent" } });
  expect(stats.startFailures.permanent).toBe(1);
});

/** What the pool tracks is what runs. */
async function nothingLeaks(pool: TestPool): Promise<void> {
  await eventually(async () => {
    const running = (await ledger()).running.map(({ id }) => id).sort();
    expect(running).toEqual(await pool.tracked());
  });
}
