// What must hold whatever was killed when.
import { setTimeout as sleep } from "node:timers/promises";
import { CONFIG } from "./config.mjs";

const WAKE_UPS_LIMIT_MS = 15_000;
const REST_LIMIT_MS = 60_000;
const POLL_MS = 50;

/** Figures that run since the pool's first day. */
const RUNNING_ON = ["hits", "misses", "sticky", "errors", "claims", "started", "gone", "reports"];

/** Waits until the pool has woken twice by itself; false if it was killed before. */
export async function twoWakeUps(server, events) {
  const deadlineAtMs = Date.now() + WAKE_UPS_LIMIT_MS;
  while (Date.now() < deadlineAtMs) {
    const told = await server.ask("/inspect");
    if (!told) return false;
    if (told.answer.wakeUps >= 2) return true;
    await sleep(POLL_MS);
  }
  events.violation("the pool does not wake up by itself");
  return true;
}

/** Every container that runs has a row, and every assignment whose container lives is recorded. */
export async function everythingIsKnown(server, ledger, events) {
  const [running, held] = [ledger.running(), ledger.held()];
  const told = await server.ask("/inspect");
  if (!told) return;
  const rows = new Map(told.answer.rows.map((row) => [row.id, row]));
  for (const id of running) {
    if (ledger.isRunning(id) && !rows.has(id)) events.violation("a container runs unknown", id);
  }
  const stillHeld = new Set(ledger.held().map(({ id }) => id));
  for (const { session, id } of held) {
    const row = rows.get(id);
    const kept = row?.state === "assigned" && row.session === session;
    if (stillHeld.has(id) && !kept) {
      events.violation(`an assignment is lost: its row is ${JSON.stringify(row)}`, id, session);
    }
  }
  if (rows.size > CONFIG.maxInstances) events.violation(`the pool tracks ${rows.size} containers`);
}

/** What the figures said before the process was killed, they still say. */
export async function figuresOnlyGrow(server, shown, events) {
  const told = await server.ask("/stats");
  if (!told) return shown;
  const stats = told.answer;
  for (const figure of RUNNING_ON) {
    if (shown && stats[figure] < shown[figure]) {
      events.violation(`${figure} goes back from ${shown[figure]} to ${stats[figure]}`);
    }
  }
  if (stats.claims !== stats.sticky + stats.hits + stats.misses + stats.errors) {
    events.violation(`claims do not add up: ${JSON.stringify(stats)}`);
  }
  return stats;
}

/** The target is warm, nothing is under way, and exactly what is recorded runs. */
export async function comesToRest(server, ledger, events) {
  const deadlineAtMs = Date.now() + REST_LIMIT_MS;
  let rows;
  while (Date.now() < deadlineAtMs) {
    rows = (await server.ask("/inspect")).answer.rows;
    if (isAtRest(rows, ledger)) return;
    await sleep(POLL_MS);
  }
  const ids = rows.map(({ id }) => id);
  const recorded = rows.map(({ id, state, session }) => `${id} ${state} ${session ?? ""}`);
  events.add(`the rows at the end: ${recorded.join(", ")}`);
  events.add(`what runs at the end: ${ledger.running().join(", ")}`);
  events.violation("the pool does not come to rest", ...ids);
}

function isAtRest(rows, ledger) {
  const warm = rows.filter(({ state }) => state === "warm").length;
  const assigned = rows.filter(({ state }) => state === "assigned").length;
  const running = new Set(ledger.running());
  return (
    warm === CONFIG.warmTarget &&
    warm + assigned === rows.length &&
    running.size === rows.length &&
    rows.every(({ id }) => running.has(id))
  );
}
