// Reports what the package changes outside itself: in the global scope and to built-in objects.
import { noteListeners, Snapshot } from "./snapshot.ts";

const listeners = noteListeners();
const before = new Snapshot();
const { createWarmPool, pooled, WarmPool } = await import("cf-warm-pool");
const { default: defaultWorker } = await import("cf-warm-pool/worker");
const imported = before.changes();
const { SimulatedContainer } = await import("../container/simulated.ts");

export { WarmPool };
export class MyContainer extends pooled(SimulatedContainer) {}

interface Env {
  WARM_POOL: DurableObjectNamespace<InstanceType<typeof WarmPool>>;
  CONTAINER: DurableObjectNamespace<MyContainer>;
}

export default {
  async fetch(request, env, ctx) {
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { warmTarget: 1 });
    const statuses = [
      (await (await pool.getContainer("alice")).fetch("http://container/whoami")).status,
      (await defaultWorker.fetch?.(request, env, ctx))?.status,
    ];
    return Response.json({ statuses, imported, used: before.changes(), listeners });
  },
} satisfies ExportedHandler<Env>;
