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
  let growth;
  await servers.with("memory", async (server) => {
    const claims = { ours: size(100), peer: size(20), bridge: size(20) };
    const sizes = SIZES.filter((assigned) => !tiny || assigned <= 1_000);
    for (const of of Object.keys(claims)) {
      for (const assigned of sizes) {
        try {
          await begin(server, pool(of, assigned), { warm: STOCK, assigned });
        } catch (error) {
          if (of === "ours" || assigned <= PEERS_MOST) throw error;
          notes.push(`${of} with ${assigned} assigned: ${error.message}`);
        }
      }
    }
    const lines = sizes.map((assigned) => ({ assigned, ours: [], peer: [], bridge: [] }));
    await rounds(["ours", "peer", "bridge"], count, async (of, round) => {
      for (const line of lines) {
        if (of !== "ours" && line.assigned > PEERS_MOST) continue;
        const asked = { prefix: `c${round}-`, first: 0, among: claims[of], count: claims[of] };
        const nothing = await writtenBy(server, () => server.do("told"));
        const costs = await writtenBy(server, () =>
          server.do("claims", { ...pool(of, line.assigned), ...asked, concurrency: 1 }),
        );
        const bytes = (costs.bytes - nothing.bytes) / claims[of];
        if (round >= 0) line[of].push({ each: costs.value.each, bytes });
      }
    });
    for (const { assigned, ...kept } of lines) {
      const measured = Object.fromEntries(
        Object.entries(kept).filter(([, values]) => values.length > 0),
      );
      const what = `${assigned.toLocaleString("en")} assigned`;
      figures.push(
        figure(
          `mean, ${what}`,
          "ms",
          pick(measured, ({ each }) => each),
        ),
      );
      const bytes = pick(measured, ({ bytes }) => bytes / 1000);
      if (Number.isFinite(bytes.ours[0])) figures.push(figure(`written, ${what}`, "kB", bytes));
    }
    const [least, most] = [lines[0].ours, lines.at(-1).ours];
    const grown = (part) => ratio(most.map(part), least.map(part));
    growth = { time: grown(({ each }) => each), bytes: grown(({ bytes }) => bytes) };
  });
  notes.push(
    "Of the bytes, 8.2 kB to a claim are two pages of SQLite's log, however many sessions there are. The rest is " +
      "copied from there into the database later: once for all claims that changed the same page, which with few " +
      "sessions are many.",
  );
  const targets = [
    target("time of a claim, most assigned over 10", growth.time, { most: 1.5 }),
    target("bytes written, most assigned over 10", growth.bytes, { most: 1.1 }),
  ];
  return { figures, targets, notes };
}

function pool(of, assigned) {
  return { of, pool: `c ${assigned}`, options: stock(of, STOCK) };
}

async function writtenBy(server, work) {
  const before = server.bytesWritten();
  const value = await work();
  return { value, bytes: server.bytesWritten() - before };
}
