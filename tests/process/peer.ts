// The Worker before an upgrade: the package that its users come from, on the same containers.
import { createWarmPool, WarmPool, type WarmPoolConfig } from "cf-container-warm-pool";
import type { Platform } from "../worker/platform/platform.ts";

const POOL = "pool";

interface Env {
  WARM_POOL: DurableObjectNamespace<InspectedPool>;
  CONTAINER: DurableObjectNamespace;
  PLATFORM: DurableObjectNamespace<Platform>;
}

/** The pool, and a look at what it stored. */
export class InspectedPool extends WarmPool {
  stored(): { warm: number; assigned: number } {
    const { kv } = this.ctx.storage;
    const warm = kv.get<Set<string>>("warmContainers")?.size ?? 0;
    return { warm, assigned: kv.get<Map<string, string>>("assignments")?.size ?? 0 };
  }
}

export default {
  async fetch(request, env) {
    const { call, with: args } = await request.json<{ call: string; with: never }>();
    return Response.json((await calls(env)[call]!(args)) ?? null);
  },
} satisfies ExportedHandler<Env>;

function calls(env: Env): Record<string, (args: never) => unknown> {
  const pool = env.WARM_POOL.getByName(POOL);
  return {
    claim: async ({ session, options }: { session: string; options: WarmPoolConfig }) => {
      const config = { ...options, poolName: POOL };
      const client = createWarmPool(env.WARM_POOL, env.CONTAINER, config);
      return (await client.getContainer(session)).name;
    },
    configure: (options: WarmPoolConfig) => pool.configure(options),
    stored: () => pool.stored(),
    ledger: () => env.PLATFORM.getByName("platform").ledger(),
  };
}
