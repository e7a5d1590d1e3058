// One trial: the process is started and killed again and again over the same storage.
import { setTimeout as sleep } from "node:timers/promises";
import { Chance } from "./chance.mjs";
import { comesToRest, everythingIsKnown, figuresOnlyGrow, twoWakeUps } from "./checks.mjs";
import { CONFIG } from "./config.mjs";
import { Crowd } from "./crowd.mjs";
import { Events } from "./events.mjs";
import { serveLedger } from "./ledger-server.mjs";
import { Ledger } from "./ledger.mjs";
import { prepareFolder, Server } from "./server.mjs";

/** A kill in the middle of the load comes this long after two wake-ups at the latest. */
const RUSH_MAX_MS = 800;
/** One restart in so many is killed again before two wake-ups, this long after it answers. */
const EARLY = 0.2;
const EARLY_MAX_MS = 1000;
/** One restart in so many has to wake up by itself, with nobody there who calls. */
const QUIET = 0.4;

/**
 * Kills it `kills` times, or until something is found that must not be. `forgets`: rows of that state
 * are lost with every process, which the trial has to find.
 */
export async function trial({ kills, seed, forgets = "" }) {
  const events = new Events();
  const chance = new Chance(seed);
  const ledger = new Ledger({ events, chance: chance.fork(), maxInstances: CONFIG.maxInstances });
  const crowd = new Crowd({ ledger, events, chance: chance.fork() });
  const world = { events, ledger, crowd, chance, shown: undefined, checked: 0 };
  const startedAtMs = Date.now();
  let killed = 0;
  await withPlace({ ledger, forgets }, async (start) => {
    while (killed < kills && events.violations.length === 0) {
      await liveAndDie(await start(), world);
      killed += 1;
      events.add(`killed for the ${killed}th time`);
    }
    if (events.violations.length === 0) await liveInPeace(await start(), world);
  });
  return { killed, checked: world.checked, ledger, crowd, events, ms: Date.now() - startedAtMs };
}

/** From one restart to its end. */
async function liveAndDie(server, world) {
  const { events, chance, ledger, crowd } = world;
  const early = chance.of(EARLY);
  // A pool that nobody has ever called has nothing to wake up for.
  const quiet = chance.of(QUIET) && ledger.starts > 0;
  const killAfterMs = chance.between(0, early ? EARLY_MAX_MS : RUSH_MAX_MS);
  events.add(`the server answers${quiet ? ", and nobody calls" : ""}`);
  await everythingIsKnown(server, ledger, events);

  const over = new AbortController();
  const rush = () => crowd.rush(server, over.signal);
  let load = quiet ? undefined : Promise.all([crowd.claimAll(server), rush()]);
  if (!early) {
    await twoWakeUps(server, events);
    await everythingIsKnown(server, ledger, events);
    world.shown = await figuresOnlyGrow(server, world.shown, events);
    world.checked += 1;
    load ??= Promise.all([crowd.claimAll(server), rush()]);
  }
  await sleep(killAfterMs);
  events.add("SIGKILL");
  await server.kill();
  over.abort();
  await load;
}

/** After the last kill nothing goes wrong any more. */
async function liveInPeace(server, { events, ledger, crowd, shown }) {
  ledger.calm();
  await twoWakeUps(server, events);
  await everythingIsKnown(server, ledger, events);
  await crowd.claimAll(server);
  await comesToRest(server, ledger, events);
  await crowd.leaveAll(server);
  await comesToRest(server, ledger, events);
  await figuresOnlyGrow(server, shown, events);
}

/** A ledger that can be asked, a folder, and servers over it; none of them outlives `body`. */
async function withPlace({ ledger, forgets }, body) {
  const { url, close } = await serveLedger(ledger);
  const { folder, remove } = await prepareFolder();
  const bindings = { LEDGER: url, FORGETS: forgets };
  let server;
  try {
    await body(async () => (server = await Server.start(folder, bindings)));
  } finally {
    await server?.kill();
    close();
    remove();
  }
}
