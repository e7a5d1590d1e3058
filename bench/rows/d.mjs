// d. A hundred new sessions at once.
import { figure, target } from "../figures.mjs";
import { begin, options, pick, rounds, stock } from "../rounds.mjs";
import { shuffled } from "../chance.mjs";
import { coldStartMs } from "../../container/times.ts";

const SESSIONS = 100;
const CONTENDERS = ["ours", "peer", "bridge"];
const CAPACITY = 200;
const WARM_TARGET = 5;
/** Ours by default, and the most it may be. */
const START_CONCURRENCIES = [6, 20];
/** Between the beginnings of two bursts: a hundred objects are made in each. */
const APART_MS = 400;
/** Past what its starts take at best. */
const MARGIN = 1.05;

export const title = "Burst of 100 new sessions";

export async function run({ servers, size, rounds: count, seed }) {
  const figures = [];
  const targets = [];
  await servers.with("memory", async (server) => {
    const kept = await rounds(CONTENDERS, count, async (of, round) => {
      const pool = { of, pool: `d ${round}`, options: stock(of, SESSIONS) };
      await begin(server, pool, { warm: SESSIONS });
      return server.do("claims", { ...pool, ...burst });
    });
    const ms = pick(kept, ({ ms }) => ms);
    figures.push(figure("last answer, 100 on 100 warm", "ms", ms));
    const names = Math.min(...kept.ours.map(({ names }) => names));
    targets.push(
      target("100 on 100 warm: the last answer", Math.max(...ms.ours), { most: 500, unit: "ms" }),
      target("100 on 100 warm: different containers", names, { least: SESSIONS }),
    );

    const each = CONTENDERS.length + START_CONCURRENCIES.length - 1;
    await server.do("pace", {
      bootMs: bootTimes(count * each * (SESSIONS + WARM_TARGET), size, seed),
    });
    const fields = [
      ...START_CONCURRENCIES.map((startConcurrency) => ({ of: "ours", startConcurrency })),
      { of: "peer" },
      { of: "bridge" },
    ];
    // They wait for machines and not for each other, so all of them at once, but for their beginnings.
    let begun = 0;
    const all = await Promise.all(
      fields.map(({ of, startConcurrency }) =>
        Promise.all(
          Array.from({ length: count }, async (_, round) => {
            await server.pause(APART_MS * begun++);
            return empty(server, of, startConcurrency, round);
          }),
        ),
      ),
    );
    for (const [at, { of, startConcurrency }] of fields.entries()) {
      const rounds = all[at];
      const how = startConcurrency ? `, startConcurrency ${startConcurrency}` : "";
      const last = { [of]: rounds.map(({ ms }) => ms) };
      figures.push(
        figure(`last answer, 100 on 0 warm${how}`, "ms", last),
        figure(`p50, 100 on 0 warm${how}`, "ms", { [of]: rounds.map(({ p50 }) => p50) }),
        figure(`containers, 100 on 0 warm${how}`, "", { [of]: rounds.map(({ made }) => made) }),
      );
      if (of !== "ours") continue;
      const over = Math.max(...rounds.map(({ ms, boundMs }) => ms / boundMs));
      const made = Math.max(...rounds.map(({ made }) => made));
      const least = Math.min(...rounds.map(({ names }) => names));
      targets.push(
        target(`100 on 0${how}: the last answer over its bound`, over, { most: MARGIN }),
        target(`100 on 0${how}: containers`, made, { most: SESSIONS + WARM_TARGET }),
        target(`100 on 0${how}: different containers`, least, { least: SESSIONS }),
      );
    }
  });
  return { figures, targets };
}

const burst = {
  prefix: "d-",
  first: 0,
  count: SESSIONS,
  among: SESSIONS,
  concurrency: SESSIONS,
};

async function empty(server, of, startConcurrency, round) {
  const more = startConcurrency ? { startConcurrency, maxInstances: CAPACITY } : {};
  const pool = {
    of,
    pool: `d empty ${startConcurrency} ${round}`,
    options: options(of, { warmTarget: WARM_TARGET, ...more }),
  };
  const answered = await server.do("claims", { ...pool, ...burst });
  const tracked = new Set(await server.do("tracked", pool));
  const boots = (await server.do("told")).boots.filter(({ id }) => tracked.has(id));
  const boundMs = startConcurrency && bestMs(boots, startConcurrency);
  return { ...answered, made: tracked.size, boundMs };
}

/**
 * When the last session is served at best, so many starts at a time, each as long as it took: the
 * machines themselves are late where there is other work. One that still boots, as every hundredth
 * does for up to 30 s, is in the way of others no less.
 */
function bestMs(boots, startConcurrency) {
  const inOrder = boots.toSorted((one, other) => one.askedAtMs - other.askedAtMs);
  const freeAtMs = Array.from({ length: startConcurrency }, () => 0);
  const upAtMs = inOrder.map((boot) => {
    const at = freeAtMs.indexOf(Math.min(...freeAtMs));
    return (freeAtMs[at] += boot.upAtMs ? boot.upAtMs - boot.askedAtMs : boot.bootMs);
  });
  return upAtMs.toSorted((one, other) => one - other)[SESSIONS - 1];
}

/** As measured, each quantile once, in an order that the seed says. */
function bootTimes(count, size, seed) {
  const times = Array.from({ length: count }, (_, at) => size(coldStartMs((at + 0.5) / count)));
  return shuffled(times, seed);
}
