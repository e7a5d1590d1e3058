// h. What the wasm costs: a cold start, the upload, memory.
import { figure, ratio, target } from "../figures.mjs";
import { coldWorker } from "../cold.mjs";
import { begin, options, pick, rounds } from "../rounds.mjs";
import { uploadKib } from "../upload.mjs";

const CONTENDERS = ["ours", "peer", "bridge", "row"];
const SESSIONS = 100_000;
const MIB = 2 ** 20;

export const title = "Cold start, size and memory";

export async function run({ servers, tiny, rounds: count }) {
  const figures = [];
  const targets = [];
  const notes = [];
  const { folder, remove } = servers.folder("memory");
  try {
    const workers = {};
    for (const of of CONTENDERS) workers[of] = await coldWorker(folder, of);
    const kept = await rounds(CONTENDERS, 2 * count, (of) => workers[of].firstRequest());
    const answered = pick(kept, ({ answeredMs }) => answeredMs);
    figures.push(
      figure(
        "from the start of workerd until it listens",
        "ms",
        pick(kept, ({ listensMs }) => listensMs),
      ),
      figure("until the first request is answered", "ms", answered),
    );
    const share = ratio(answered.ours, answered.peer);
    targets.push(target("first request to a new isolate over 0.1.2's", share, { most: 1.5 }));
    notes.push(
      "A new isolate is a new workerd here, whose own start is in both; “one-row RPC” is a Worker " +
        "without any pool.",
    );
    if (tiny) return { figures, targets, notes };

    const kib = {};
    for (const of of CONTENDERS) kib[of] = await uploadKib(folder, `bench/cold/${of}.ts`);
    figures.push(figure("upload of the least Worker, gzipped", "KiB", kib));
    targets.push(target("upload, gzipped", kib.ours, { most: 150, unit: "KiB" }));
  } finally {
    remove();
  }

  const memory = { empty: await memoryWith(servers, 0), full: await memoryWith(servers, SESSIONS) };
  const over = (part) => (part(memory.full) - part(memory.empty)) / MIB;
  figures.push(
    figure(`wasm memory, ${SESSIONS.toLocaleString("en")} sessions over none`, "MiB", {
      ours: over(({ wasm }) => wasm),
    }),
  );
  if (memory.full.process) {
    const process = { ours: over(({ process }) => process) };
    figures.push(figure("the same, of the whole process", "MiB", process));
  }
  const what = "an object with 100,000 sessions over an empty one";
  targets.push(
    target(
      what,
      over(({ wasm }) => wasm),
      { most: 64, unit: "MiB" },
    ),
  );
  return { figures, targets, notes };
}

/** Each in a process of its own, since memory that was once taken is not given back. */
async function memoryWith(servers, assigned) {
  return servers.with("memory", async (server) => {
    const asked = { of: "ours", pool: "h", options: options("ours", { warmTarget: 0 }) };
    await begin(server, asked, { warm: 0, assigned });
    return { wasm: await server.do("memory"), process: server.memory() };
  });
}
