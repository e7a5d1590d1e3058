// The Worker of the tests over real containers: a request with a session id goes to that session's
// container; any other is a call, `{ "call": name, "with": arguments }`.
import {
  createWarmPool,
  WarmPool,
  type PoolOptions,
  type WarmPoolError,
} from "../../dist/index.js";
import { PlainContainer, PooledContainer, POOL, setManners, type Manners } from "./container.ts";

export { PlainContainer, PooledContainer };

interface Env {
  WARM_POOL: DurableObjectNamespace<InspectedPool>;
  CONTAINER: DurableObjectNamespace<PooledContainer>;
  PLAIN: DurableObjectNamespace<PlainContainer>;
  /** What the pool is to be, as JSON; its `containerBinding` may be `PLAIN`. */
  OPTIONS: string;
}

interface Row {
  id: string;
  state: string;
  session: string | null;
}

/** The pool, and a look at its rows. */
export class InspectedPool extends WarmPool {
  rows(): Row[] {
    const rows = this.ctx.storage.sql.exec(
      "SELECT lower(hex(id)) AS id, state, session FROM container ORDER BY 1",
    );
    return rows.toArray() as unknown as Row[];
  }
}

export default {
  async fetch(request, env) {
    const session = request.headers.get("x-session-id");
    try {
      if (session !== null) return await (await client(env).getContainer(session)).fetch(request);
      const { call, with: args } = await request.json<{ call: string; with: never }>();
      return Response.json((await calls(env)[call]!(args)) ?? null);
    } catch (error) {
      const { code = "unexpected", message, status = 500 } = error as Partial<WarmPoolError>;
      return Response.json({ error: { code, message } }, { status });
    }
  },
} satisfies ExportedHandler<Env>;

function client(env: Env) {
  const options = JSON.parse(env.OPTIONS) as PoolOptions;
  const pools = env.WARM_POOL as unknown as DurableObjectNamespace<WarmPool>;
  const containers = options.containerBinding === "PLAIN" ? env.PLAIN : env.CONTAINER;
  return createWarmPool(pools, containers, { ...options, poolName: POOL });
}

function calls(env: Env): Record<string, (args: never) => unknown> {
  const pool = env.WARM_POOL.getByName(POOL);
  return {
    claim: async (session: string) => (await client(env).getContainer(session)).id.toString(),
    /** What a container answers that is asked past the pool, as by who kept its stub. */
    statusOf: async (id: string) => {
      const container = env.CONTAINER.get(env.CONTAINER.idFromString(id));
      return (await container.fetch("http://container/whoami")).status;
    },
    state: async (session: string) => (await client(env).getContainer(session)).getState(),
    release: (session: string) => client(env).releaseContainer(session),
    prime: () => client(env).prime(),
    shutdown: () => client(env).shutdown(),
    configure: (options: PoolOptions) => pool.configure(options),
    stats: () => pool.getStats(),
    rows: () => pool.rows(),
    shutdownPrewarmed: () => pool.shutdownPrewarmed(),
    setManners: (manners: Manners) => setManners(manners),
  };
}
