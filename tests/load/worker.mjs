// A Worker as a user has it, over simulated containers, each of which is counted once.
import { SimulatedContainer } from "../../container/simulated.ts";
import { createWarmPool, getWarmPool, WarmPool } from "../../dist/index.js";
import defaultWorker from "../../dist/worker.js";
import { CONFIG, POOL_NAME } from "./pool.mjs";

export { WarmPool };

const KEY = "of the load test";

/** Ids of the containers whose machine was started, and of those whose machine is gone. */
const booted = new Set();
const exited = new Set();

export class CountedContainer extends SimulatedContainer {
  async beforeStart() {
    booted.add(this.ctx.id.toString());
    return super.beforeStart();
  }

  async afterExit() {
    exited.add(this.ctx.id.toString());
  }
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { ...CONFIG, poolName: POOL_NAME });
    try {
      switch (url.pathname) {
        case "/whoami": {
          const container = await pool.getContainer(request.headers.get("x-session-id"));
          return await container.fetch(request);
        }
        case "/release":
          await getWarmPool(env.WARM_POOL, POOL_NAME).reportStopped(
            url.searchParams.get("container"),
          );
          return Response.json({});
        case "/stats": {
          const stats = await pool.stats();
          return Response.json({ ...stats, booted: booted.size, exited: exited.size });
        }
        case "/metrics": {
          // As the default Worker shows them, whose pools have the names of runtimes.
          const vars = { WARM_POOL_RUNTIMES: POOL_NAME, WARM_POOL_API_KEY: KEY };
          const all = { ...env, CONTAINER_LOADED: env.CONTAINER, ...vars };
          const asked = new Request(request, { headers: { "x-api-key": KEY } });
          return await defaultWorker.fetch(asked, all, ctx);
        }
        default:
          return new Response(null, { status: 404 });
      }
    } catch (error) {
      return new Response(String(error), { status: error.status ?? 500 });
    }
  },
};
