// The least Worker that uses the pool of @cloudflare/sandbox/bridge.
import type { WarmPool } from "@cloudflare/sandbox/bridge";

export { WarmPool } from "@cloudflare/sandbox/bridge";
export { BenchContainer } from "../worker/container.ts";

interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
}

export default {
  async fetch(_, env) {
    const pool = env.WARM_POOL.getByName("global-pool");
    await pool.configure({
      warmTarget: 1,
      refreshInterval: 10_000,
      maxInstances: 0,
      scaleBatchSize: 5,
    });
    return new Response(await pool.getContainer("alice"));
  },
} satisfies ExportedHandler<Env>;
