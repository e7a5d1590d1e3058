import * as workers from "cloudflare:workers";

import { readAnswer, throwIfError } from "./error.js";
import { optionsText } from "./options.js";
import type { WarmPool } from "./pool.js";
import type { ContainerNamespace, WarmPoolClient, WarmPoolConfig } from "./types.js";
import { PoolClient } from "./wasm/index.js";

/** The binding of {@link WarmPool}, whatever its class is said to have as `Env`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any Env
type PoolNamespace = DurableObjectNamespace<WarmPool<any>>;

const DEFAULT_POOL_NAME = "global-pool";

/**
 * A client of the pool named `config.poolName`, for one request or for many.
 *
 * @param poolNamespace the binding of {@link WarmPool}
 * @param containerNamespace the binding of your container class
 * @param config what the pool should be, see {@link WarmPoolConfig}; a wrong
 *   option makes the first call fail with `invalid_config`
 */
export function createWarmPool<T extends Rpc.DurableObjectBranded | undefined = undefined>(
  poolNamespace: PoolNamespace,
  containerNamespace: ContainerNamespace<T>,
  config: WarmPoolConfig = {},
): WarmPoolClient<T> {
  const { poolName = DEFAULT_POOL_NAME, idCache, ...options } = config;
  const text = optionsText({ containerBinding: bindingOf(containerNamespace), ...options });
  const client = new PoolClient(
    poolNamespace,
    containerNamespace,
    poolName,
    text,
    idCache,
    keepAlive,
  );
  const pool = () => getWarmPool(poolNamespace, poolName);
  return {
    async getContainer(id, { signal } = {}) {
      const claimed = signal ? claimUnlessAborted(id, signal) : client.claim(id, undefined);
      const { name } = readAnswer(await claimed);
      return containerNamespace.get(containerNamespace.idFromName(name));
    },
    async releaseContainer(id) {
      client.forgetHint(id);
      return pool().releaseContainer(id);
    },
    async lookupContainer(id) {
      const name = await pool().lookupContainer(id);
      return name === null ? null : containerNamespace.get(containerNamespace.idFromName(name));
    },
    explain: async (id) => pool().explain(id),
    warmup: async (count) => {
      await pool().primeText(text).then(throwIfError);
      await pool().warmup(count);
    },
    prime: async () => throwIfError(await pool().primeText(text)),
    stats: async () => pool().getStats(),
    shutdownPrewarmed: async () => pool().shutdownPrewarmed(),
    shutdown: async () => pool().shutdown(),
  };

  /** The platform does not tell an object that a caller is gone, so the client does. */
  async function claimUnlessAborted(id: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const ticket = crypto.randomUUID();
    const left = Promise.withResolvers<never>();
    const leave = () => {
      keepAlive(pool().leave(ticket));
      left.reject(signal.reason as Error);
    };
    signal.addEventListener("abort", leave);
    try {
      return await Promise.race([client.claim(id, ticket), left.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }
}

/**
 * The stub of the pool object itself, for `reportStopped` from a container.
 *
 * @param poolNamespace the binding of {@link WarmPool}
 * @param poolName the name given to {@link createWarmPool}
 */
export function getWarmPool(
  poolNamespace: PoolNamespace,
  poolName: string = DEFAULT_POOL_NAME,
): DurableObjectStub<WarmPool> {
  return poolNamespace.get(poolNamespace.idFromName(poolName));
}

/** The name `namespace` is bound under; undefined lets the pool look itself. */
function bindingOf(namespace: unknown): string | undefined {
  const bindings = Object.entries(workers.env as Record<string, unknown>);
  return bindings.find(([, value]) => value === namespace)?.[0];
}

/** Lets work that delays no answer finish after the answer. */
function keepAlive(work: Promise<unknown>): void {
  workers.waitUntil(work);
}
