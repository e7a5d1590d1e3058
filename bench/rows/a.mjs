// a. A new session on a warm pool.
import { figure, NAMES, ratio, target } from "../figures.mjs";
import { begin, pick, rounds, stock, WHERE_SHORT } from "../rounds.mjs";

const CONTENDERS = ["ours", "peer", "bridge", "row", "empty"];
const CONCURRENCIES = [1, 16, 64];
const MOST = { 1: 1.3, 16: 1.6, 64: 1.6 };
/** Sessions that the pool has already. */
const ASSIGNED = 10;
/** Where the rows lie, and how many claims are timed there: a disk may take long. */
const CLAIMS = { disk: 100, memory: 250 };

export const title = "New session on a warm pool";

const PARTS = [
  ["mean of a claim", "ms", ({ each }) => each],
  ["p50", "ms", ({ p50 }) => p50],
  ["p99", "ms", ({ p99 }) => p99],
  ["processor time of a claim", "ms", ({ processorEachMs }) => processorEachMs],
  ["claims a second", "/s", ({ each }) => 1000 / each],
];

export async function run({ servers, size, rounds: count }) {
  const told = { figures: [], targets: [], notes: [] };
  for (const [storage, claims] of Object.entries(CLAIMS)) {
    await servers.with(storage, async (server) => {
      for (const concurrency of CONCURRENCIES) {
        const kept = await rounds(CONTENDERS, WHERE_SHORT * count, (of, round) =>
          claim(server, { of, concurrency, claims: size(claims), name: `${round}` }),
        );
        const where = `${concurrency} at a time, rows ${servers.where(storage)}`;
        for (const [what, unit, part] of PARTS) {
          told.figures.push(figure(`${what}, ${where}`, unit, pick(kept, part)));
        }
        judge(told, kept, concurrency, where);
      }
    });
  }
  return told;
}

function judge({ targets, notes }, kept, concurrency, where) {
  const each = pick(kept, ({ each }) => each);
  const most = MOST[concurrency];
  const what = `mean over the one-row RPC's, ${where}`;
  targets.push(target(what, ratio(each.ours, each.row), { most }));
  const processor = pick(kept, ({ processorEachMs }) => processorEachMs);
  const [ours, peer] = ["ours", "peer"].map((of) => ratio(processor[of], processor.row).toFixed(2));
  notes.push(
    `Processor time over the one-row RPC's, ${where}: this pool ${ours}, 0.1.2 ${peer}. Other work ` +
      `on the machine lengthens it less.`,
  );
  if (concurrency < 64) return;
  for (const peer of ["peer", "bridge"]) {
    const what = `claims a second over ${NAMES[peer]}'s, ${where}`;
    targets.push(target(what, ratio(each[peer], each.ours), { least: 2 }));
  }
}

async function claim(server, { of, concurrency, claims, name }) {
  const pool = { of, pool: `a ${concurrency} ${name}`, options: stock(of, claims) };
  await begin(server, pool, { warm: claims, assigned: ASSIGNED });
  const sessions = { prefix: "new-", first: 0, count: claims, among: claims, concurrency };
  const told = await server.doTimed("claims", { ...pool, ...sessions });
  return { ...told, processorEachMs: told.processorMs / claims };
}
