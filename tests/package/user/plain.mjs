// A Worker that nothing bundles: it imports the package's files by their paths.
import { DurableObject } from "cloudflare:workers";
import { createWarmPool, WarmPool } from "./cf-warm-pool/index.js";

export { WarmPool };

/** The methods that the pool calls, over a container that always runs. */
export class MyContainer extends DurableObject {
  async startAndWaitForPorts() {}
  async renewActivityTimeout() {}
  async stop() {}
  async destroy() {}

  async getState() {
    return { status: "healthy" };
  }

  async fetch() {
    return Response.json({ container: this.ctx.id.toString() });
  }
}

export default {
  async fetch(request, env) {
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { warmTarget: 1 });
    const session = request.headers.get("x-session-id") ?? "default";
    return (await pool.getContainer(session)).fetch(request);
  },
};
