// Pools whose clients keep hints.
import { env } from "cloudflare:workers";
import { createWarmPool, type WarmPool, type WarmPoolConfig } from "../../dist/index.js";
import { eventually, nameOf, TestPool } from "./harness.ts";
import type { TestContainer } from "./platform/container.ts";

/** A pool whose client keeps hints, and counts its calls to the pool object. */
export class HintedPool {
  readonly plain: TestPool;
  readonly #client;
  calls = 0;

  constructor(
    config: WarmPoolConfig = {},
    containers: DurableObjectNamespace<TestContainer> = env.CONTAINER,
  ) {
    this.plain = new TestPool({
      ...(config.poolName !== undefined && { poolName: config.poolName }),
    });
    const defaults = { warmTarget: 0, idCache: env.HINTS, ...config, poolName: this.plain.name };
    this.#client = createWarmPool(this.#counting(), containers, defaults);
  }

  async claim(session: string): Promise<string> {
    return nameOf(await this.#client.getContainer(session));
  }

  release(session: string): Promise<boolean> {
    return this.#client.releaseContainer(session);
  }

  keyOf(session: string): string {
    return `${this.plain.name}:${session}`;
  }

  #counting(): DurableObjectNamespace<WarmPool> {
    const count = () => this.calls++;
    const namespace: Pick<DurableObjectNamespace<WarmPool>, "idFromName" | "get"> = {
      idFromName: (name) => env.WARM_POOL.idFromName(name),
      get: (id) => {
        count();
        return env.WARM_POOL.get(id);
      },
    };
    return namespace as DurableObjectNamespace<WarmPool>;
  }
}

/** The text KV holds for the session; waits for it, since it is written after the answer. */
export function hintOf(pool: HintedPool, session: string): Promise<string> {
  return eventually(async () => {
    const text = await env.HINTS.get(pool.keyOf(session));
    if (text === null) throw new Error(`no hint for ${session}`);
    return text;
  });
}
