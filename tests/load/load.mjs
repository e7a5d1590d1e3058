// An open loop of sessions: each comes at its time, whatever became of those before it, uses its
// container for a while and gives it up.
import { setTimeout as sleep } from "node:timers/promises";
import { CONFIG } from "./pool.mjs";

const USE_MS = 2000;
const REST_LIMIT_MS = 60_000;
const POLL_MS = 100;

/** Fills the pool, loads it with `rate` new sessions a second and waits until it is at rest again. */
export async function load(ask, { seconds, rate }) {
  const first = await useAt(ask, "the first", performance.now());
  const before = await atRest(ask);
  const startedAtMs = performance.now();
  const sessions = [];
  let lateMs = 0;
  for (let at = 0; at < seconds * rate; at++) {
    const dueAtMs = startedAtMs + (at * 1000) / rate;
    await sleepUntil(dueAtMs);
    lateMs = Math.max(lateMs, performance.now() - dueAtMs);
    sessions.push(useAt(ask, `session ${at}`, dueAtMs));
  }
  const used = await Promise.all(sessions);
  return { first, used, before, after: await atRest(ask), lateMs };
}

/** One session. Its time counts from when it was due, not from when it was sent. */
async function useAt(ask, session, dueAtMs) {
  try {
    const { container } = await ask("/whoami", session);
    const ms = performance.now() - dueAtMs;
    await sleep(USE_MS);
    await ask(`/release?container=${container}`);
    return { container, ms };
  } catch (error) {
    return { error };
  }
}

/** Nobody waits, nothing is on its way, and the target is warm. */
async function atRest(ask) {
  const deadlineAtMs = Date.now() + REST_LIMIT_MS;
  for (;;) {
    const stats = await ask("/stats");
    const { warm, total } = stats;
    if (warm === CONFIG.warmTarget && total === warm) return stats;
    if (Date.now() > deadlineAtMs) throw new Error(`no rest: ${JSON.stringify(stats)}`);
    await sleep(POLL_MS);
  }
}

async function sleepUntil(atMs) {
  const ms = atMs - performance.now();
  if (ms > 0) await sleep(ms);
}
