import * as workers from "cloudflare:workers";

import { readAnswer, throwIfError, type Grant } from "./error.js";
import { optionsText } from "./options.js";
import { placeOf } from "./place.js";
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
  const place = placeOf(containerNamespace);
  const jurisdiction = options.jurisdiction ?? place.jurisdiction;
  const text = optionsText({ ...place, ...options, jurisdiction });
  const client = new PoolClient(
    poolNamespace,
    containerNamespace,
    poolName,
    text,
    jurisdiction,
    options.locationHint,
    idCache,
    keepAlive,
  );
  const pool = () => stubOf<DurableObjectStub<WarmPool>>(client.pool());
  const container = ({ name, id }: Grant) =>
    stubOf<DurableObjectStub<T>>(client.container(name, id));
  return {
    async getContainer(id, { signal } = {}) {
      const claimed = signal ? claimUnlessAborted(id, signal) : client.claim(id, undefined);
      return container(readAnswer(await claimed));
    },
    async releaseContainer(id) {
      client.forgetHint(id);
      return pool().releaseContainer(id);
    },
    async lookupContainer(id) {
      const held = throwIfError<Grant | null>(
        (await pool().callText("lookup", id)) as string | null,
      );
      return held && container(held);
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
 * @param poolNamespace the binding of {@link WarmPool}; `.jurisdiction("eu")` of it for a pool whose
 *   clients have that `jurisdiction`
 * @param poolName the name given to {@link createWarmPool}
 */
export function getWarmPool(
  poolNamespace: PoolNamespace,
  poolName: string = DEFAULT_POOL_NAME,
): DurableObjectStub<WarmPool> {
  return poolNamespace.get(poolNamespace.idFromName(poolName));
}

/** A stub, unless there is an error's JSON text in place of one. */
function stubOf<Stub>(answer: unknown): Stub {
  return typeof answer === "string" ? throwIfError<Stub>(answer) : (answer as Stub);
}

/** Lets work that delays no answer finish after the answer. */
function keepAlive(work: Promise<unknown>): void {
  workers.waitUntil(work);
}
