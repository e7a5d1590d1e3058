// e. A refresh: the pool looks at its warm containers.
import { figure, ratio, target } from "../figures.mjs";
import { begin, CALM_MS, options, pick, rounds, stock } from "../rounds.mjs";

const SIZES = [10, 100, 1_000];
const LATENCY_MS = 5;
const CONTENDERS = ["ours", "peer", "bridge"];
const POLL_MS = 10;
/** Until a refresh that is due already has come and ended. */
const REST_MS = 1_500;
/** Between two refreshes of ours while one is waited for: the shortest there may be, and time to end. */
const often = (warm) => Math.max(1_000, 4 * warm);
/** Between two claims while it refreshes. */
const CLAIM_EVERY_MS = 2;

export const title = "Refresh of warm containers, 5 ms to a call";

export async function run({ servers, tiny, rounds: count }) {
  const figures = [];
  const targets = [];
  await servers.with("memory", async (server) => {
    await server.do("pace", { latencyMs: LATENCY_MS });
    const sizes = SIZES.filter((warm) => !tiny || warm <= 100);
    let refreshes;
    for (const warm of sizes) {
      for (const of of CONTENDERS) await begin(server, pool(of, warm), { warm });
      refreshes = await rounds(CONTENDERS, count, (of) => refresh(server, pool(of, warm), warm), {
        before: 0,
      });
      const what = `refresh of ${warm.toLocaleString("en")}`;
      figures.push(figure(what, "ms", refreshes));
    }
    const most = sizes.at(-1);
    const share = ratio(refreshes.ours, refreshes.peer);
    targets.push(target(`refresh of ${most} over 0.1.2's`, share, { most: 1 / 20 }));

    const kept = await rounds(["ours"], count, (of, round) => claimsMeanwhile(server, most, round));
    const during = pick(kept, ({ during }) => during.p99);
    const without = pick(kept, ({ without }) => without.p99);
    figures.push(
      figure(`p99 of claims during a refresh of ${most}`, "ms", during),
      figure("p99 of as many claims without one", "ms", without),
    );
    const reached = ratio(during.ours, without.ours);
    targets.push(target("p99 of claims during a refresh over without", reached, { most: 2 }));
  });
  return { figures, targets };
}

function pool(of, warm, more) {
  return { of, pool: `e ${warm}`, options: options(of, { warmTarget: warm, ...more }) };
}

/**
 * From its first call to the last answer, ms. The platform takes objects out of memory that nobody
 * called for 10 s, which a refresh every 10 s prevents, and rounds of three pools do not.
 */
async function refresh(server, asked, warm) {
  await server.do("rouse", asked);
  await server.do("forget");
  if (asked.of === "ours") await server.do("configure", refreshing(asked, warm));
  else await server.do("refresh", asked);
  for (;;) {
    const { calls, firstAtMs, lastAtMs, open } = await server.do("told");
    if (open === 0 && calls.getState >= warm && calls.renewActivityTimeout >= warm) {
      if (asked.of === "ours") await calm(server, asked, warm);
      await server.atRest();
      return lastAtMs - firstAtMs;
    }
    await server.pause(POLL_MS);
  }
}

/** Ours refreshes by the clock only. */
function refreshing(asked, warm) {
  const options = { ...asked.options, refreshInterval: often(warm), verifyAfter: CALM_MS };
  return { ...asked, options };
}

/** A longer interval begins with the next refresh, which has to be over before anything else is timed. */
async function calm(server, asked, warm) {
  await server.do("configure", asked);
  await server.pause(often(warm) + POLL_MS);
}

async function claimsMeanwhile(server, warm, round) {
  const asked = { of: "ours", pool: `e claims ${round}`, options: stock("ours", warm) };
  await begin(server, asked, { warm });
  await server.do("rouse", asked);
  await server.do("forget");
  const told = await server.do("claimsDuringRefresh", {
    ...asked,
    often: refreshing(asked, warm).options,
    restMs: often(warm) + REST_MS,
    looks: warm,
    everyMs: CLAIM_EVERY_MS,
  });
  await server.atRest();
  return told;
}
