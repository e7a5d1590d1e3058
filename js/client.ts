import * as workers from "cloudflare:workers";

import { readGrant, throwIfError, WarmPoolError, type Grant } from "./error.js";
import type { PoolNamespace, UnlessOther } from "./namespace.js";
import { optionsText } from "./options.js";
import { placeOf } from "./place.js";
import type { WarmPool } from "./pool.js";
import type { ContainerNamespace, WarmPoolClient } from "./types/client.js";
import type { WarmPoolConfig } from "./types/options.js";
import { instance, PoolClient } from "./wasm.js";
import type { Targets } from "./wasm/index.js";

const DEFAULT_POOL_NAME = "global-pool";

/** A longer session id is invalid, and the client does not send it. */
const SESSION_LENGTH_MAX = 512;

/** The client made last for each pool namespace, with what it was made of. */
const latest = new WeakMap<object, { of: unknown[]; client: WarmPoolClient }>();

/**
 * Returns a client of the pool named `config.poolName`, for one request or for many. A call with the
 * same namespaces and configuration as the last one returns the same client.
 *
 * @param poolNamespace the binding of {@link WarmPool}
 * @param containerNamespace the binding of your container class
 * @param config the pool's options, see {@link WarmPoolConfig}; an invalid option makes the first
 *   call fail with `invalid_config`
 */
export function createWarmPool<
  T extends Rpc.DurableObjectBranded | undefined = undefined,
  N extends PoolNamespace = PoolNamespace,
>(
  poolNamespace: N & UnlessOther<N>,
  containerNamespace: ContainerNamespace<T>,
  config: WarmPoolConfig = {},
): WarmPoolClient<T> {
  const { poolName = DEFAULT_POOL_NAME, idCache, ...options } = config;
  const place = placeOf(containerNamespace);
  const text = optionsText({
    ...place,
    ...options,
    jurisdiction: options.jurisdiction ?? place.jurisdiction,
  });
  const of = [containerNamespace, poolName, text, idCache];
  const known = latest.get(poolNamespace);
  if (known?.of.every((part, at) => part === of[at])) return known.client as WarmPoolClient<T>;

  let made: { number: number; client: PoolClient } | undefined;
  const client = newClient<T>(text, idCache !== undefined, () => {
    const number = instance.current();
    if (made?.number !== number) {
      const client = new PoolClient(
        poolNamespace,
        containerNamespace,
        poolName,
        text,
        idCache,
        keepAlive,
      );
      made = { number, client };
    }
    return made.client;
  });
  if (Object(poolNamespace) === poolNamespace) latest.set(poolNamespace, { of, client });
  return client;
}

/** `rust` returns the client in the running wasm instance. */
function newClient<T extends Rpc.DurableObjectBranded | undefined>(
  text: string,
  hasHints: boolean,
  rust: () => PoolClient,
): WarmPoolClient<T> {
  let found: Targets | undefined;
  const targets = () => (found ??= orThrow<Targets>(rust().targets()));
  const pool = () => {
    const { pools, poolId, poolOptions } = targets();
    return pools.get(poolId, poolOptions) as unknown as DurableObjectStub<WarmPool>;
  };
  let isChecked = false;
  const checkContainers = () => {
    if (!isChecked) throwIfError(rust().checkContainers() ?? null);
    isChecked = true;
  };
  const container = ({ name, id }: Grant) => {
    const { containers } = targets();
    const made = containers.idFromName(name);
    // The container of another class or jurisdiction is refused with an error that says so.
    return made.toString() === id
      ? (containers.get(made) as DurableObjectStub<T>)
      : orThrow<DurableObjectStub<T>>(rust().container(name, id));
  };
  return {
    async getContainer(id, { signal } = {}) {
      let answer: string;
      try {
        answer = await (signal ? claimUnlessAborted(id, signal) : claim(id));
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof WarmPoolError) throw error;
        answer = rust().unasked(error);
      }
      return container(readGrant(answer));
    },
    async releaseContainer(id) {
      if (hasHints) rust().forgetHint(id);
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

  /** Returns the answer as JSON text. Waits here and not in wasm, which a panic would end. */
  function claim(id: string, ticket?: string): string | Promise<string> {
    checkContainers();
    if (typeof id !== "string" || id.length > SESSION_LENGTH_MAX) return rust().refused(id);
    if (hasHints) return claimWithHints(id, ticket);
    return ticket === undefined ? pool().claim(id, text) : pool().claim(id, text, ticket);
  }

  async function claimWithHints(id: string, ticket: string | undefined): Promise<string> {
    // The panic hook has logged what ended the instance; the claim goes on without a hint.
    const hinted = await instance.settled(rust().hinted(id)).catch(() => undefined);
    if (hinted !== undefined) return hinted;
    const answer = await pool().claim(id, text, ticket);
    rust().remember(id, answer);
    return answer;
  }

  /** The platform does not report to an object that a caller left, so the client does. */
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
      return await Promise.race([claim(id, ticket), left.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }
}

/**
 * Returns a stub of the pool object itself, for `reportStopped` from a container.
 *
 * @param poolNamespace the binding of {@link WarmPool}; `.jurisdiction("eu")` of it for a pool whose
 *   clients have that `jurisdiction`
 * @param poolName the name given to {@link createWarmPool}
 */
export function getWarmPool<N extends PoolNamespace = PoolNamespace>(
  poolNamespace: N & UnlessOther<N>,
  poolName: string = DEFAULT_POOL_NAME,
): DurableObjectStub<WarmPool> {
  const id = poolNamespace.idFromName(poolName);
  return poolNamespace.get(id) as DurableObjectStub<WarmPool>;
}

/** Returns what Rust answered, or throws the error whose JSON text it is. */
function orThrow<T>(answer: unknown): T {
  return typeof answer === "string" ? throwIfError<T>(answer) : (answer as T);
}

/** Lets work that delays no answer finish after the answer. */
function keepAlive(work: Promise<unknown>): void {
  workers.waitUntil(work);
}
