// The Worker of the process tests: one POST a call, `{ "call": name, "with": arguments }`.
import { createWarmPool, WarmPool, type PoolOptions } from "../../dist/index.js";
import type { Faults } from "../worker/platform/platform.ts";

const POOL = "pool";

interface Env {
  WARM_POOL: DurableObjectNamespace<InspectedPool>;
  CONTAINER: DurableObjectNamespace;
  PLATFORM: DurableObjectNamespace<import("../worker/platform/platform.ts").Platform>;
}

/** The pool, and a look at its rows. */
export class InspectedPool extends WarmPool {
  tracked(): string[] {
    const rows = this.ctx.storage.sql.exec<{ id: string }>(
      "SELECT lower(hex(id)) AS id FROM container ORDER BY 1",
    );
    return rows.toArray().map(({ id }) => id);
  }

  /** What is stored beside the rows. */
  keys(): string[] {
    return [...this.ctx.storage.kv.list()].map(([key]) => key);
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
  const platform = env.PLATFORM.getByName("platform");
  return {
    claim: async ({ session, options }: { session: string; options: PoolOptions }) => {
      const client = createWarmPool(env.WARM_POOL as never, env.CONTAINER, {
        ...options,
        poolName: POOL,
      });
      return (await client.getContainer(session)).name;
    },
    configure: (options: PoolOptions) => pool.configure(options),
    stats: () => pool.getStats(),
    tracked: () => pool.tracked(),
    keys: () => pool.keys(),
    setFaults: (faults: Partial<Faults>) => platform.setFaults(faults),
    ledger: () => platform.ledger(),
  };
}
