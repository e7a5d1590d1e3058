import { reset } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, vi } from "vitest";
import { getWarmPool, type PoolStats, type WarmPool } from "../../../dist/index.js";
import type { SimulatedContainer } from "../../../container/simulated.ts";

/** What the READMEs bind: one of them has a cache, another has sandboxes. */
export interface PeerEnv {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace<SimulatedContainer>;
  SANDBOX: DurableObjectNamespace<SimulatedContainer>;
  CONTAINER_ID_CACHE: KVNamespace;
}

export const bound = env as unknown as PeerEnv;

beforeEach(() => reset());

/** A request to the quoted Worker. */
export function ask(session?: string): Promise<Response> {
  const headers = session === undefined ? {} : { "x-session-id": session };
  return exports.default.fetch(new Request("https://app.example/whoami", { headers }));
}

/** The id of the container that answers the session's request to the quoted Worker. */
export async function whoServes(session?: string): Promise<string> {
  return (await (await ask(session)).json<{ container: string }>()).container;
}

/** The figures of the pool, once they are as `check` wants them. */
export function figures(check: (stats: PoolStats) => void, pool?: string): Promise<PoolStats> {
  return vi.waitFor(
    async () => {
      const stats = await getWarmPool(bound.WARM_POOL, pool).getStats();
      check(stats);
      return stats;
    },
    { timeout: 20_000, interval: 50 },
  );
}
