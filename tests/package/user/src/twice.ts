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
      const answer = pathname === "/panic" ? await withoutRandomness(claim) : await claim();
      return Response.json(answer);
    } catch (error) {
      const isOwn = error instanceof copy.WarmPoolError;
      return Response.json({ error: String(error), isOwn });
    }
  },
} satisfies ExportedHandler<Env>;

/** The pool relies on the platform's random bytes: a pool that needs some and gets none panics. */
async function withoutRandomness<T>(work: () => Promise<T>): Promise<T> {
  const getRandomValues = () => {
    throw new Error("no random bytes");
  };
  Object.defineProperty(crypto, "getRandomValues", { value: getRandomValues, configurable: true });
  try {
    return await work();
  } finally {
    delete (crypto as { getRandomValues?: unknown }).getRandomValues;
  }
}
