// The least Worker that uses cf-container-warm-pool.
import { createWarmPool, type WarmPool } from "cf-container-warm-pool";

export { WarmPool } from "cf-container-warm-pool";
export { BenchContainer } from "../worker/container.ts";

interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace;
}

export default {
  async fetch(_, env) {
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { warmTarget: 1 });
    return new Response((await pool.getContainer("alice")).name);
  },
} satisfies ExportedHandler<Env>;
