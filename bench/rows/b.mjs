// b. A session that holds a container asks again.
import { figure, ratio, target } from "../figures.mjs";
import { begin, options, pick, rounds } from "../rounds.mjs";

const CONCURRENCIES = [1, 16, 64];
const SESSIONS = 100;
/** A tenth of a second of them, so that other work on the machine does not fill a whole round. */
const CLAIMS = 2_500;
/** Hints are written after the answer. */
const HINTS_WRITTEN_MS = 1_000;

export const title = "Sticky claim";

export async function run({ servers, size, rounds: count }) {
  const figures = [];
  const targets = [];
  await servers.with("memory", async (server) => {
    const pools = ["ours", "peer", "bridge", "empty"].map((of) => pool(of));
    for (const { of, ...asked } of pools) {
      await begin(server, { of, ...asked }, { warm: 1, assigned: SESSIONS });
    }
    const by = (of, hints) => ({ ...pool(of), hints });
    const held = { prefix: "held-", first: 0, among: SESSIONS };
    const written = () => server.do("written", pool("ours"));
    // A rebuilt pool looks at a container before it vouches for it.
    const once = { ...by("ours"), ...held, count: SESSIONS, concurrency: 1 };
    await server.do("claims", once);
    // Counters are recorded every 10 s, whatever is claimed: not while this is counted.
    await written();
    await server.do("claims", once);
    targets.push(target("rows to 100 sticky claims", (await written()).rows, { most: 0 }));
    for (const concurrency of CONCURRENCIES) {
      const asked = { ...held, count: size(CLAIMS), concurrency };
      const kept = await rounds(["ours", "peer", "bridge", "empty"], count, (of) =>
        server.doTimed("claims", { ...by(of), ...asked }),
      );
      const each = pick(kept, ({ each }) => each);
      const processor = pick(kept, ({ processorMs }) => processorMs / asked.count);
      figures.push(
        figure(`mean without hint cache, ${concurrency} at a time`, "ms", each),
        figure(`processor time, ${concurrency} at a time`, "ms", processor),
      );
      const what = `mean over an empty RPC's, ${concurrency} at a time`;
      targets.push(target(what, ratio(each.ours, each.empty), { most: 1.5 }));
    }

    const asked = { ...held, count: SESSIONS, concurrency: 1 };
    for (const of of ["ours", "peer"]) await server.do("claims", { ...by(of, true), ...asked });
    await server.pause(HINTS_WRITTEN_MS);
    const before = await server.do("stats", pool("ours"));
    const kept = await rounds(["ours", "peer", "empty"], count, (of) =>
      server.do("claims", { ...by(of, true), ...asked }),
    );
    const after = await server.do("stats", pool("ours"));
    const each = pick(kept, ({ each }) => each);
    figures.push(figure("mean with the hint cache (Miniflare's KV)", "ms", each));
    const what = "calls to the pool object, with the hint cache";
    targets.push(target(what, after.claims - before.claims, { most: 0 }));
  });
  return { figures, targets };
}

function pool(of) {
  return { of, pool: `b ${of}`, options: options(of) };
}
