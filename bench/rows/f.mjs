// f. How soon a pool is full.
import { figure, ratio, summary, target } from "../figures.mjs";
import { begin, options } from "../rounds.mjs";

const SIZES = [20, 100];
const BOOT_MS = 300;
const CONTENDERS = ["ours", "peer", "bridge"];
/** The contenders' default. */
const REFRESH_MS = 10_000;
const WARM = 5;
const POLL_MS = 20;
const POLL_CLOSELY_MS = 5;

export const title = "Fill, at 300 ms to a boot";

export async function run({ servers, rounds: count }) {
  const figures = [];
  const targets = [];
  await servers.with("memory", async (server) => {
    await server.do("pace", { bootMs: [BOOT_MS] });
    // They wait for machines and for their own intervals, not for each other: all of them at once.
    const each = (of, what) =>
      Promise.all(Array.from({ length: count }, (_, round) => what(server, of, round)));
    const fields = SIZES.flatMap((size) => CONTENDERS.map((of) => ({ size, of })));
    const fills = await Promise.all(
      fields.map(({ size, of }) => each(of, (...asked) => fill(...asked, size))),
    );
    for (const size of SIZES) {
      const of = (part) =>
        Object.fromEntries(
          CONTENDERS.map((name) => {
            const at = fields.findIndex((field) => field.size === size && field.of === name);
            return [name, fills[at].map(part)];
          }),
        );
      const filled = of(({ fillMs }) => fillMs);
      figures.push(
        figure(`fill of ${size}, from the first start on`, "ms", filled),
        figure(
          `fill of ${size}, from the first call on`,
          "ms",
          of(({ fullMs }) => fullMs),
        ),
      );
      if (size === SIZES[0]) {
        const share = ratio(filled.ours, filled.peer);
        targets.push(target(`fill of ${size} over 0.1.2's`, share, { most: 1 / 4 }));
      }
    }
    const peers = await Promise.all(["peer", "bridge"].map((of) => each(of, replace)));
    const ours = [];
    for (let round = 0; round < count; round++) ours.push(await replace(server, "ours", round));
    const [peer, bridge] = peers;
    figures.push(figure("from a hit until the target is met", "ms", { ours, peer, bridge }));
    const reached = summary(ours).median - BOOT_MS;
    const what = "from a hit until the target is met, past the boot";
    targets.push(target(what, reached, { most: 50, unit: "ms" }));
  });
  return { figures, targets };
}

async function fill(server, of, round, size) {
  const asked = { of, pool: `f ${size} ${round}`, options: pooled(of, size) };
  const touchedAtMs = Date.now();
  await server.do("touch", asked);
  const { atMs } = await server.do("untilWarm", { ...asked, warm: size, everyMs: POLL_MS });
  const tracked = new Set(await server.do("tracked", asked));
  const { boots } = await server.do("told");
  const started = boots.filter(({ id }) => tracked.has(id)).map(({ askedAtMs }) => askedAtMs);
  return { fullMs: atMs - touchedAtMs, fillMs: atMs - Math.min(...started) };
}

/** The hits of the rounds are spread over an interval. */
async function replace(server, of, round) {
  const asked = { of, pool: `f again ${round}`, options: pooled(of, WARM) };
  await begin(server, asked, { warm: WARM });
  if (of !== "ours") await server.pause((round + 0.5) * (REFRESH_MS / 5));
  const sessions = { prefix: "f-", first: 0, count: 1, among: 1, concurrency: 1 };
  await server.do("claims", { ...asked, ...sessions });
  const everyMs = of === "ours" ? POLL_CLOSELY_MS : POLL_MS;
  const { ms } = await server.do("untilWarm", { ...asked, warm: WARM, everyMs });
  return ms;
}

function pooled(of, warmTarget) {
  return options(of, { warmTarget, refreshInterval: REFRESH_MS });
}
