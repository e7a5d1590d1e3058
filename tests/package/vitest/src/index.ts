// A user's Worker, with containers that are simulated.
import { createWarmPool, pooled, WarmPool } from "cf-warm-pool";
import { SimulatedContainer } from "../container/simulated.ts";

export { WarmPool };

export interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace<MyContainer>;
  SERVICE: Fetcher;
}

export class MyContainer extends pooled(SimulatedContainer)<Env> {
  override sleepAfter = "5m";
}

export default {
  async fetch(request, env) {
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { warmTarget: 1 });
    const session = request.headers.get("x-session-id") ?? "default";
    return (await pool.getContainer(session)).fetch(request);
  },
} satisfies ExportedHandler<Env>;
