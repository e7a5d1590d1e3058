// g. What is written and asked: to a claim, and in a day in which nobody comes.
import { figure, target } from "../figures.mjs";
import { PRICES } from "../prices.mjs";
import { begin, options, stock } from "../rounds.mjs";

const CONTENDERS = ["ours", "peer", "bridge"];
const CLAIMS = 20;
const WARM = 5;
const ASSIGNED = 1_000;
const LATENCY_MS = 5;
const REFRESH_MS = 10_000;
const DAY_MS = 86_400_000;
/** Ours is watched for two of its looks at the assigned ones, all its intervals a tenth as long. */
const HASTE = 10;
const ASSIGNED_CHECK_MS = 60_000;
const WATCHED_MS = 120_000 / HASTE;
const POLL_MS = 50;

export const title = "Rows, calls and money";

export async function run({ servers, tiny }) {
  const figures = [];
  const targets = [];
  const notes = [];
  await servers.with("memory", async (server) => {
    const claims = {};
    const replaced = {};
    for (const of of CONTENDERS) {
      claims[of] = await toAClaim(server, of, "no", stock(of, CLAIMS));
      replaced[of] = await toAClaim(server, of, "a", options(of, { warmTarget: CLAIMS }));
    }
    const pick = (told, part) => Object.fromEntries(CONTENDERS.map((of) => [of, told[of][part]]));
    figures.push(
      figure("calls to the pool, to a new session", "", pick(claims, "calls")),
      figure("rows, to a new session", "", pick(claims, "rows")),
      figure("rows, the start of its replacement included", "", pick(replaced, "rows")),
    );
    targets.push(
      target("calls to a warm claim", claims.ours.calls, { most: 1 }),
      target("rows to a warm claim", claims.ours.rows, { most: 3 }),
    );
    if (tiny) return;

    await server.do("pace", { latencyMs: LATENCY_MS });
    const days = {};
    for (const of of CONTENDERS) days[of] = await aDay(server, of);
    const day = (part) => Object.fromEntries(CONTENDERS.map((of) => [of, part(days[of])]));
    figures.push(
      figure(
        "requests a day at rest",
        "",
        day(({ requests }) => requests),
      ),
      figure(
        "rows a day at rest",
        "",
        day(({ rows }) => rows),
      ),
      figure("that, in a month of 30 days", "$", day(dollars)),
    );
    const share = (part) => part(days.ours) / part(days.peer);
    const most = 1 / 5;
    targets.push(
      target(
        "requests a day over 0.1.2's",
        share(({ requests }) => requests),
        { most },
      ),
      target(
        "rows a day over 0.1.2's",
        share(({ rows }) => rows),
        { most },
      ),
    );
    notes.push(
      `By the prices of ${PRICES.date}: $${PRICES.requestsMillion} a million requests, ` +
        `$${PRICES.rowsMillion} a million rows. An object's time is billed while it ` +
        `works, $${PRICES.objectMonth} a month if it always did, and not while it is idle and could hibernate.`,
    );
  });
  return { figures, targets, notes };
}

/** What one claim costs, of a pool that has enough. */
async function toAClaim(server, of, replacement, options) {
  const asked = { of, pool: `g ${replacement} replacement`, options };
  await begin(server, asked, { warm: CLAIMS });
  const one = { first: 0, count: 1, among: 1, concurrency: 1, counted: true };
  await server.do("claims", { ...asked, ...one, prefix: "before-" });
  await server.atRest();
  await server.do("written", asked);
  let calls = 0;
  for (let at = 0; at < CLAIMS / 2; at++) {
    const told = await server.do("claims", { ...asked, ...one, prefix: `g${at}-` });
    calls += told.calls;
  }
  await server.atRest();
  const { rows } = await server.do("written", asked);
  return { calls: calls / (CLAIMS / 2), rows: rows / (CLAIMS / 2) };
}

function aDay(server, of) {
  return of === "ours" ? ourDay(server) : peersDay(server, of);
}

async function ourDay(server) {
  const hasty = {
    warmTarget: WARM,
    refreshInterval: REFRESH_MS / HASTE,
    assignedCheckInterval: ASSIGNED_CHECK_MS / HASTE,
  };
  const asked = { of: "ours", pool: "g day", options: options("ours", hasty) };
  await begin(server, asked, { warm: WARM, assigned: ASSIGNED });
  // What a pool does once, when its memory is new, is no part of a day.
  await server.pause(hasty.assignedCheckInterval);
  await server.do("written", asked);
  await server.do("forget");
  await server.pause(WATCHED_MS);
  const { calls } = await server.do("told");
  const { rows, alarms } = await server.do("written", asked);
  const times = DAY_MS / (WATCHED_MS * HASTE);
  await server.do("configure", { ...asked, options: options("ours") });
  return { requests: (sum(calls) + alarms) * times, rows: rows * times };
}

/** Each of their refreshes is the same, and the next one comes an interval after its end. */
async function peersDay(server, of) {
  const asked = { of, pool: "g day", options: options(of, { warmTarget: WARM }) };
  await begin(server, asked, { warm: WARM, assigned: ASSIGNED });
  await server.do("written", asked);
  await server.do("forget");
  const startedAtMs = Date.now();
  await server.do("refresh", asked);
  for (;;) {
    const { calls } = await server.do("told");
    if (calls.renewActivityTimeout >= WARM) break;
    await server.pause(POLL_MS);
  }
  const tookMs = Date.now() - startedAtMs;
  await server.atRest();
  const { calls } = await server.do("told");
  const { rows, alarms } = await server.do("written", asked);
  const times = DAY_MS / (REFRESH_MS + tookMs);
  // One of the alarms was set for the benchmark.
  return { requests: (sum(calls) + alarms - 1) * times, rows: (rows - 1) * times };
}

function dollars({ requests, rows }) {
  const day = requests * PRICES.requestsMillion + rows * PRICES.rowsMillion;
  return (30 * day) / 1e6;
}

function sum(calls) {
  return Object.values(calls).reduce((total, count) => total + count, 0);
}
