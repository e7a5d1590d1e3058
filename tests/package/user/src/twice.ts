// Two copies of the package in one Worker, each with a pool of its own.
import * as one from "cf-warm-pool";
import * as two from "pool-too";
import { SimulatedContainer } from "../container/simulated.ts";

export const WarmPool = one.WarmPool;
export const PoolToo = two.WarmPool;
export class MyContainer extends one.pooled(SimulatedContainer) {}
export class ContainerToo extends two.pooled(SimulatedContainer, { poolBinding: "POOL_TOO" }) {}

interface Env {
  WARM_POOL: DurableObjectNamespace<one.WarmPool>;
  CONTAINER: DurableObjectNamespace<MyContainer>;
  POOL_TOO: DurableObjectNamespace<two.WarmPool>;
  CONTAINER_TOO: DurableObjectNamespace<ContainerToo>;
}

const CONFIG = { warmTarget: 1 };

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const session = request.headers.get("x-session-id") ?? "default";
    const isFirst = searchParams.get("copy") === "one";
    const copy = isFirst ? one : two;
    const claim = async () => {
      const container = await (isFirst
        ? one.createWarmPool(env.WARM_POOL, env.CONTAINER, CONFIG).getContainer(session)
        : two.createWarmPool(env.POOL_TOO, env.CONTAINER_TOO, CONFIG).getContainer(session));
      return (await container.fetch("http://container/whoami")).json<{ container: string }>();
    };
    try {
      const answer = pathname === "/panic" ? await withoutUuids(claim) : await claim();
      return Response.json(answer);
    } catch (error) {
      const isOwn = error instanceof copy.WarmPoolError;
      return Response.json({ error: String(error), isOwn });
    }
  },
} satisfies ExportedHandler<Env>;

/** The pool relies on the platform's UUIDs: an invalid one makes it panic. */
async function withoutUuids<T>(work: () => Promise<T>): Promise<T> {
  Object.defineProperty(crypto, "randomUUID", { value: () => "no UUID", configurable: true });
  try {
    return await work();
  } finally {
    delete (crypto as { randomUUID?: unknown }).randomUUID;
  }
}
