// A user's Worker, with containers that are simulated.
import { createWarmPool, pooled, WarmPool, WarmPoolError } from "cf-warm-pool";
import { SimulatedContainer } from "../container/simulated.ts";

export { WarmPool };

export interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace<MyContainer>;
  SERVICE: Fetcher;
}

export class MyContainer extends pooled(SimulatedContainer)<Env> {
  override sleepAfter = "5m";

  // Overrides a method without `super`, which the simulated class has no need of.
  override async resetForPool(): Promise<boolean> {
    return true;
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { warmTarget: 1 });
    const session = request.headers.get("x-session-id") ?? "default";
    switch (pathname) {
      case "/release":
        return Response.json(await pool.releaseContainer(session));
      case "/stats":
        return Response.json(await pool.stats());
      case "/call": {
        // Calls a method of a container object by RPC, without asking the pool.
        const id = env.CONTAINER.idFromString(searchParams.get("container") ?? "");
        const args = JSON.parse(searchParams.get("args") ?? "[]") as unknown[];
        const container = env.CONTAINER.get(id) as unknown as Record<string, Method>;
        try {
          const result = await container[searchParams.get("method") ?? ""]?.(...args);
          return Response.json({ result });
        } catch (error) {
          return Response.json({ error: String(error) });
        }
      }
      default:
        try {
          return await (await pool.getContainer(session)).fetch(request);
        } catch (error) {
          if (!(error instanceof WarmPoolError)) throw error;
          return Response.json({ error }, { status: error.status });
        }
    }
  },
} satisfies ExportedHandler<Env>;

type Method = (...args: unknown[]) => Promise<unknown>;
