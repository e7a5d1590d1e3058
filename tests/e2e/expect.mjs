// What more than one of these tests waits for.
import assert from "node:assert/strict";
import { eventually } from "../process/server.mjs";

export { eventually };

/** The pool's counts by state. */
export async function counts(server) {
  const { warm, assigned, starting, draining, stopping, total } = await server.call("stats");
  return { warm, assigned, starting, draining, stopping, total };
}

/** Waits until so many are warm and assigned, and nothing else is there; returns the rows. */
export async function atRest(server, { warm, assigned = 0 }) {
  return eventually(async () => {
    const total = warm + assigned;
    const expected = { warm, assigned, starting: 0, draining: 0, stopping: 0, total };
    assert.deepEqual(await counts(server), expected);
    return engineAgrees(server);
  });
}

/** What the engine runs is what the pool has rows for; returns the rows. */
export async function engineAgrees(server) {
  const rows = await server.call("rows");
  assert.deepEqual(
    await server.engine.running(),
    rows.map(({ id }) => id),
  );
  return rows;
}

/** The ids of the rows in a state. */
export function idsOf(rows, state) {
  return rows.filter((row) => row.state === state).map(({ id }) => id);
}
