// Rounds in which the contenders take turns, so that what disturbs the machine disturbs them alike.

/** Rounds in place of one where it is over in a tenth of a second: other work may fill all of it. */
export const WHERE_SHORT = 3;

/** An hour: nothing happens by itself while claims are timed. */
export const CALM_MS = 3_600_000;

/**
 * Asks `measure(contender, round)` of each contender in each round, the first of them in turn. What
 * comes of the rounds before number 0 is not kept: code is compiled and caches fill in them.
 */
export async function rounds(contenders, count, measure, { before = 1 } = {}) {
  const kept = Object.fromEntries(contenders.map((contender) => [contender, []]));
  for (let round = -before; round < count; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + round + before) % contenders.length];
      const value = await measure(contender, round);
      if (round >= 0) kept[contender].push(value);
    }
  }
  return kept;
}

/** One part of what each round of each contender says. */
export function pick(kept, part) {
  const parts = Object.entries(kept).map(([name, values]) => [name, values.map(part)]);
  return Object.fromEntries(parts);
}

/** Options that every contender has, and for ours that nothing else happens by itself either. */
export function options(contender, { warmTarget = 1, refreshInterval = CALM_MS, ...more } = {}) {
  const common = { warmTarget, refreshInterval };
  return contender === "ours" ? { assignedCheckInterval: CALM_MS, ...common, ...more } : common;
}

/**
 * Options with which so many warm containers are taken and none is started in their place: ours, as
 * 0.1.2, waits for the next refresh with that, and the bridge does not want as many.
 */
export function stock(contender, warm) {
  return contender === "ours"
    ? options(contender, { warmTarget: warm, refill: "interval" })
    : options(contender);
}

/** Writes a state into a new pool, and has it at rest. */
export async function begin(server, pool, { warm = 0, assigned = 0, uuids = false }) {
  if (pool.of === "empty" || pool.of === "row") return;
  await server.do("begin", { ...pool, begin: { warm, assigned, uuids, options: pool.options } });
  await server.do("stats", pool);
  await server.atRest();
}
