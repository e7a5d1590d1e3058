// The default Worker in workerd, with what a test needs to use it, steer it and break it.
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE } from "../worker/platform/bundle.mjs";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));

export const KEY = "a key for the dashboard";

export class Server {
  #miniflare;

  static async start() {
    const server = new Server();
    server.#miniflare = new Miniflare(
      convertV4MiniflareOptions({
        host: "127.0.0.1",
        port: 0,
        cf: false,
        logRequests: false,
        name: "dashboard",
        compatibilityDate: COMPATIBILITY_DATE,
        modules: await bundle(WORKER),
        bindings: {
          WARM_POOL_API_KEY: KEY,
          WARM_POOL_RUNTIMES: "python,node",
          WARM_POOL_PYTHON_SIZE: "4",
          WARM_POOL_NODE_SIZE: "2",
          WARM_POOL_HEALTH_CHECK_INTERVAL: "2",
          WARM_POOL_GRACEFUL_SHUTDOWN: "1",
          SIMULATED_BOOT_MS: "300",
          SIMULATED_STOP_MS: "50",
        },
        durableObjects: {
          WARM_POOL: { className: "WarmPool", useSQLite: true },
          CONTAINER_PYTHON: { className: "PythonContainer", useSQLite: true },
          CONTAINER_NODE: { className: "NodeContainer", useSQLite: true },
        },
      }),
    );
    const { origin } = await server.#miniflare.ready;
    server.origin = origin;
    return server;
  }

  async stop() {
    await this.#miniflare.dispose();
  }

  /** What one runtime's pool says of itself. */
  async pool(runtime) {
    const { pools } = await this.operate("GET", "status");
    return pools[runtime];
  }

  /** Asks a route of those who run the pools; resolves to its JSON. */
  async operate(method, path) {
    const url = `${this.origin}/api/v1/warm-pool/${path}`;
    const response = await fetch(url, { method, headers: { "x-api-key": KEY } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** One request of a session to its container. */
  async visit(runtime, session) {
    const headers = { "x-session-id": session, "x-runtime": runtime };
    const response = await fetch(`${this.origin}/whoami`, { headers });
    await response.text();
    return response;
  }

  leave(session) {
    return this.operate("DELETE", `sessions/${encodeURIComponent(session)}`);
  }

  /** Python's starts fail with that message, or do not any more. */
  async failStarts(message) {
    const containers = await this.#miniflare.getDurableObjectNamespace("CONTAINER_PYTHON");
    await containers.get(containers.idFromName("switch")).failStarts(message);
  }

  /** New sessions, `perSecond` of them, each there for a second and a half, until `stop()`. */
  load(runtime, perSecond) {
    const visits = [];
    const visit = async (session) => {
      const { status } = await this.visit(runtime, session);
      if (status !== 200) return status;
      await new Promise((done) => setTimeout(done, 1500));
      await this.leave(session);
      return status;
    };
    const timer = setInterval(() => {
      visits.push(visit(`${runtime} ${visits.length}`));
    }, 1000 / perSecond);
    const stop = async () => {
      clearInterval(timer);
      return Promise.all(visits);
    };
    return { stop };
  }
}
