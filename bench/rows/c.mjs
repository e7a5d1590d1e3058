// c. What a new session costs, by how many there are.
import { figure, ratio, target } from "../figures.mjs";
import { begin, pick, rounds, stock } from "../rounds.mjs";

const SIZES = [10, 100, 1_000, 10_000, 100_000];
/** Enough for all rounds. */
const STOCK = 700;
/** Past 28,947 sessions the peers' storage refuses their map. */
const PEERS_MOST = 10_000;

export const title = "New session, by sessions assigned";

export async function run({ servers, size, tiny, rounds: count }) {
  const figures = [];
  const notes = [];
  const targets = [];
  await servers.with("memory", async (server) => {
    const claims = { ours: size(100), peer: size(20), bridge: size(20) };
    const lines = linesOf(tiny);
    for (const of of Object.keys(claims)) {
      for (const line of lines.filter((line) => takesPart(of, line))) {
        await begin(server, pool(of, line), { warm: STOCK, ...line });
      }
    }
    const kept = lines.map(() => ({ ours: [], peer: [], bridge: [] }));
    await rounds(Object.keys(claims), count, async (of, round) => {
      for (const [at, line] of lines.entries()) {
        if (!takesPart(of, line)) continue;
        const among = { first: 0, among: claims[of], count: claims[of] };
        const asked = { prefix: `c${round}-`, uuids: line.uuids, ...among, concurrency: 1 };
        const nothing = await writtenBy(server, () => server.do("told"));
        const work = () => server.do("claims", { ...pool(of, line), ...asked });
        const costs = await writtenBy(server, work);
        const bytes = (costs.bytes - nothing.bytes) / claims[of];
        if (round >= 0) kept[at][of].push({ each: costs.value.each, bytes });
      }
    });
    for (const [at, line] of lines.entries()) figures.push(...figuresOf(line, kept[at]));
    const grown = (uuids, part) => {
      const ours = lines.flatMap((line, at) => (line.uuids === uuids ? [kept[at].ours] : []));
      return ratio(ours.at(-1).map(part), ours[0].map(part));
    };
    const each = (one) => one.each;
    const bytes = (one) => one.bytes;
    targets.push(
      target("time of a claim, most assigned over 10", grown(false, each), { most: 1.5 }),
      target("bytes written, most assigned over 10", grown(false, bytes), { most: 1.1 }),
      target("the same, sessions called by UUIDs", grown(true, bytes), { most: 1.1 }),
    );
  });
  notes.push(
    "Of the bytes, 8.2 kB to a claim are two pages of SQLite's log, however many sessions there are. The rest is " +
      "pages that are evened out, and what is copied from the log into the database later: once for all claims that " +
      "changed the same page, which with few sessions are many.",
    "Sessions are called in order (`held-0`, and new ones `c0-0`), but for the lines with UUIDs.",
  );
  return { figures, targets, notes };
}

/** What is measured: so many sessions, called in order, and the fewest and most by UUIDs too. */
function linesOf(tiny) {
  const sizes = SIZES.filter((assigned) => !tiny || assigned <= 1_000);
  const inOrder = sizes.map((assigned) => ({ assigned, uuids: false }));
  return [...inOrder, ...[sizes[0], sizes.at(-1)].map((assigned) => ({ assigned, uuids: true }))];
}

function takesPart(of, { assigned, uuids }) {
  return of === "ours" || (assigned <= PEERS_MOST && !uuids);
}

function figuresOf({ assigned, uuids }, kept) {
  const measured = Object.fromEntries(
    Object.entries(kept).filter(([, values]) => values.length > 0),
  );
  const what = `${assigned.toLocaleString("en")} assigned${uuids ? ", UUIDs" : ""}`;
  const times = pick(measured, ({ each }) => each);
  const bytes = pick(measured, ({ bytes }) => bytes / 1000);
  const written = Number.isFinite(bytes.ours[0]) ? [figure(`written, ${what}`, "kB", bytes)] : [];
  return [figure(`mean, ${what}`, "ms", times), ...written];
}

function pool(of, { assigned, uuids }) {
  return { of, pool: `c ${assigned} ${uuids}`, options: stock(of, STOCK) };
}

async function writtenBy(server, work) {
  const before = server.bytesWritten();
  const value = await work();
  return { value, bytes: server.bytesWritten() - before };
}
