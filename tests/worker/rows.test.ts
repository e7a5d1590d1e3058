import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { TestPool } from "./harness.ts";

const CONFIG = {
  warmTarget: 1,
  refreshInterval: 3_600_000,
  assignedCheckInterval: 3_600_000,
};

test("a claim writes as many rows with 10,000 sessions as with 10", async () => {
  const [few, many] = [await costs(10), await costs(10_000)];

  expect(many).toEqual(few);
  expect(few.sticky).toBe(0);
  expect(few.hit).toBeGreaterThan(0);
  expect(few.hit).toBeLessThanOrEqual(3);
});

/** Rows that claims of a pool with that many sessions write, an alarm that is set being one. */
async function costs(sessions: number): Promise<{ hit: number; sticky: number }> {
  const pool = new TestPool(CONFIG);
  await pool.claim("alice");
  await pool.atRest(1);
  // From here on nothing happens but what a claim itself makes happen.
  await pool.object.configure({ ...CONFIG, refill: "interval" });
  await addSessions(pool, sessions - 1);
  // The copies are known once the object has read its rows again.
  await pool.abort();
  expect(await pool.stats()).toMatchObject({ assigned: sessions, warm: 1 });
  return {
    hit: await rowsWritten(pool, () => pool.object.getContainer("bob")),
    sticky: await rowsWritten(pool, () => pool.object.getContainer("bob")),
  };
}

/** Copies the row of a session as often as asked: each a session and a container of its own. */
async function addSessions(pool: TestPool, count: number): Promise<void> {
  await runInDurableObject(pool.object, (_, { storage }) => {
    const row = storage.sql.exec("SELECT * FROM container WHERE session = 'alice'").one();
    const columns = Object.keys(row);
    const places = columns.map((column) => (column === "id" ? "unhex(?)" : "?"));
    const insert = `INSERT INTO container (${columns.join()}) VALUES (${places.join()})`;
    storage.transactionSync(() => {
      for (let i = 0; i < count; i++) {
        const name = crypto.randomUUID();
        const id = env.CONTAINER.idFromName(name).toString();
        const copy: typeof row = { ...row, id, name, session: `copy ${i}` };
        storage.sql.exec(insert, ...columns.map((column) => copy[column]));
      }
      // Or the pool would look at all of them when it wakes.
      storage.sql.exec("UPDATE pool SET assigned_checked_at_ms = ?", Date.now());
    });
  });
}

/** Watches the object's storage while it does `work`. */
async function rowsWritten(pool: TestPool, work: () => Promise<unknown>): Promise<number> {
  const cursors: { readonly rowsWritten: number }[] = [];
  let alarms = 0;
  await runInDurableObject(pool.object, (_, { storage }) => {
    const exec = storage.sql.exec.bind(storage.sql);
    const setAlarm = storage.setAlarm.bind(storage);
    storage.sql.exec = (...args) => {
      const cursor = exec(...args);
      cursors.push(cursor);
      return cursor as never;
    };
    storage.setAlarm = (...args) => {
      alarms += 1;
      return setAlarm(...args);
    };
  });
  await work();
  await runInDurableObject(pool.object, (_, { storage }) => {
    Reflect.deleteProperty(storage.sql, "exec");
    Reflect.deleteProperty(storage, "setAlarm");
  });
  return cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, alarms);
}
