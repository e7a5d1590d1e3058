// The Worker of the benchmark in a workerd of its own, and what that process costs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE } from "../tests/worker/platform/bundle.mjs";

/** A pool asks its containers something every few ms until it is done. */
const REST_MS = 40;

const MAIN = join(import.meta.dirname, "worker/main.ts");

/** Serves it over the rows in `folder` while `body(server)` runs. */
export async function withServer(folder, body) {
  const before = new Set(children());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      logRequests: false,
      // The peers log every start; nobody is to wait for that to be printed.
      handleStructuredLogs: () => {},
      resourcePersistencePath: folder,
      name: "bench",
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: ["nodejs_compat"],
      modules: await bundle(MAIN),
      kvNamespaces: ["HINTS"],
      durableObjects: {
        OURS: { className: "OurPool", useSQLite: true },
        PEER: { className: "PeerPool", useSQLite: true },
        BRIDGE: { className: "BridgePool", useSQLite: true },
        FLOOR: { className: "Floor", useSQLite: true },
        CONTAINER: { className: "BenchContainer", useSQLite: true },
        // What the bridge's pool calls the same class.
        Sandbox: { className: "BenchContainer", useSQLite: true },
      },
    }),
  );
  try {
    const url = await miniflare.ready;
    const pid = children().find((child) => !before.has(child) && nameOf(child) === "workerd");
    return await body(new Server(url, pid));
  } finally {
    await miniflare.dispose();
  }
}

class Server {
  #url;
  #pid;

  constructor(url, pid) {
    this.#url = url;
    this.#pid = pid;
  }

  /** Has the Worker do one step; answers what it says. */
  async do(step, args = {}) {
    const body = JSON.stringify({ do: step, with: args });
    const answer = await fetch(this.#url, { method: "POST", body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text);
  }

  pause(ms) {
    return sleep(ms);
  }

  /** Waits until nobody asks anything of the containers. */
  async atRest() {
    for (let before; ;) {
      const { calls } = await this.do("told");
      const now = JSON.stringify(calls);
      if (now === before) return;
      before = now;
      await sleep(REST_MS);
    }
  }

  /** Bytes that its workerd has written to files and sockets; undefined where nobody counts them. */
  bytesWritten() {
    return this.#proc("io", /^wchar: (\d+)/m);
  }

  /**
   * Processor time of the thread in which its objects run, ms; undefined where nobody counts it.
   * Other work on the machine delays it, and hardly lengthens it.
   */
  processorMs() {
    const ns = this.#proc("schedstat", /^(\d+)/);
    return ns && ns / 1e6;
  }

  /** Does one step, and says what processor time it took. */
  async doTimed(step, args) {
    const before = this.processorMs();
    const told = await this.do(step, args);
    return { ...told, processorMs: this.processorMs() - before };
  }

  /** Bytes of memory that its workerd has; undefined where nobody counts them. */
  memory() {
    const kib = this.#proc("status", /^VmRSS:\s+(\d+) kB/m);
    return kib && kib * 1024;
  }

  #proc(file, pattern) {
    const path = `/proc/${this.#pid}/${file}`;
    if (!this.#pid || !existsSync(path)) return undefined;
    return Number(pattern.exec(readFileSync(path, "utf8"))?.[1]);
  }
}

/** The processes that this one has started, where that can be told. */
function children() {
  const path = `/proc/${process.pid}/task`;
  const file = `${path}/${process.pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean) : [];
}

function nameOf(pid) {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}
