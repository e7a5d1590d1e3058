import { expect, test } from "vitest";
import type { WarmPoolConfig } from "../../dist/index.js";
import { ledger, TestPool } from "./harness.ts";

const EARLIER = { warmTarget: 3 };
const LATER = { warmTarget: 6 };

test("two versions in turn: the later one's configuration stays, and nothing is started in vain", async () => {
  const counts = await inTurn(
    { ...EARLIER, revisionOrder: 1000 },
    { ...LATER, revisionOrder: 2000 },
  );
  // The later one's six are warm, and each of the new sessions took one.
  expect(counts).toEqual({ started: 6 + 21, evictions: 0, gone: 0 });
});

test("two versions in turn that differ in what they run replace each container once", async () => {
  const counts = await inTurn(
    { warmTarget: 3, revision: "one", revisionOrder: 1000 },
    { warmTarget: 3, revision: "two", revisionOrder: 2000 },
  );
  expect(counts).toEqual({ started: 3 + 3 + 21, evictions: 3, gone: 3 });
});

test("two versions in turn that do not say which is the later one", async () => {
  const counts = await inTurn(EARLIER, LATER);
  expect(counts).toEqual({ started: 6 + 21, evictions: 0, gone: 0 });
});

test("the object's memory, which a deployment ends too, is not what they depend on", async () => {
  const pool = new TestPool(EARLIER);
  await pool.claim("the first");
  const [earlier, later] = [EARLIER, LATER].map((config) => pool.clientWith(config));
  await later!.getContainer("another");
  await pool.atRest(LATER.warmTarget);
  for (let round = 0; round < 3; round++) {
    await pool.abort();
    await earlier!.getContainer("the first");
    await pool.abort();
    await later!.getContainer("another");
  }
  const { config, evictions, started } = await pool.atRest(LATER.warmTarget);
  expect({ target: config.warmTarget, evictions, started }).toEqual({
    target: LATER.warmTarget,
    evictions: 0,
    started: LATER.warmTarget + 2,
  });
});

test("configure() brings the earlier one back at once, and the later one's callers do not undo it", async () => {
  const pool = new TestPool(EARLIER);
  await pool.claim("the first");
  const later = pool.clientWith(LATER);
  await later.getContainer("another");
  await pool.client.getContainer("the first");
  expect(await targetOf(pool)).toBe(LATER.warmTarget);
  await pool.object.configure(EARLIER);
  expect(await targetOf(pool)).toBe(EARLIER.warmTarget);
  await later.getContainer("another");
  expect(await targetOf(pool)).toBe(EARLIER.warmTarget);
  expect((await pool.stats()).passedOver).toBe(2);
});

async function targetOf(pool: TestPool): Promise<number> {
  return (await pool.stats()).config.warmTarget;
}

/** New sessions claim in turn through either version; what that had the pool do. */
async function inTurn(earlier: WarmPoolConfig, later: WarmPoolConfig) {
  const pool = new TestPool(earlier);
  await pool.claim("the first");
  await pool.atRest(earlier.warmTarget!);
  const versions = [later, earlier].map((config) => pool.clientWith(config));
  for (let round = 0; round < 10; round++) {
    for (const [at, version] of versions.entries()) {
      await version.getContainer(`session ${round} of ${at}`);
      await settled(pool);
    }
  }
  const { started, evictions, gone } = await pool.stats();
  expect((await ledger()).starts).toBe(started);
  return { started, evictions, gone };
}

/** Nothing is on its way in or out. */
async function settled(pool: TestPool): Promise<void> {
  await expect
    .poll(
      async () => {
        const { starting, draining, stopping } = await pool.stats();
        return starting + draining + stopping;
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(0);
}
