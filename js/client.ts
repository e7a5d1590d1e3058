import * as workers from "cloudflare:workers";

import { readAnswer, throwIfError, type Grant } from "./error.js";
import { idOf } from "./ids.js";
import { optionsText } from "./options.js";
import { placeOf } from "./place.js";
import type { WarmPool } from "./pool.js";
import { remembered } from "./remembered.js";
import type { ContainerNamespace, WarmPoolClient } from "./types/client.js";
import type { WarmPoolConfig } from "./types/options.js";
import { instance, PoolClient } from "./wasm.js";

/** The binding of {@link WarmPool}, whatever its class is said to have as `Env`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any Env
type PoolNamespace = DurableObjectNamespace<WarmPool<any>>;

const DEFAULT_POOL_NAME = "global-pool";

/** How the pool grants a claim: what is certain to be well needs no Rust here. */
const GRANT = /^\{"name":"([0-9a-f-]{36})","id":"([0-9a-f]{64})"/;

/** Past that a session is none, and need not be sent to be told so. */
const SESSION_LENGTH_MAX = 512;

/** A pool name whose every character is one byte. */
const PLAIN_POOL_NAME = /^[ -~]{1,128}$/;

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
  const make = () => newClient(poolNamespace, containerNamespace, config);
  return remembered(poolNamespace, containerNamespace, config, make);
}

function newClient<T extends Rpc.DurableObjectBranded | undefined>(
  poolNamespace: PoolNamespace,
  containerNamespace: ContainerNamespace<T>,
  config: WarmPoolConfig,
): WarmPoolClient<T> {
  const { poolName = DEFAULT_POOL_NAME, idCache, ...options } = config;
  const place = placeOf(containerNamespace);
  const jurisdiction = options.jurisdiction ?? place.jurisdiction;
  const text = optionsText({ ...place, ...options, jurisdiction });
  let made: { of: number; client: PoolClient } | undefined;
  const client = () => {
    const of = instance.current();
    if (made?.of !== of) {
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
      made = { of, client };
    }
    return made.client;
  };
  const anywhere = jurisdiction === undefined && options.locationHint === undefined;
  const plain = anywhere && isPlain(poolName);
  const pool = () =>
    plain
      ? getWarmPool(poolNamespace, poolName)
      : stubOf<DurableObjectStub<WarmPool>>(client().pool());
  const container = (name: string, id: string) => {
    const ours = plain ? idOf(containerNamespace, name, id) : undefined;
    // One of another class or jurisdiction is refused, in the words that there are for it.
    return ours
      ? containerNamespace.get(ours)
      : stubOf<DurableObjectStub<T>>(client().container(name, id));
  };
  return {
    async getContainer(id, { signal } = {}) {
      let answer: string;
      try {
        answer = await (signal ? claimUnlessAborted(id, signal) : claim(id));
      } catch (error) {
        signal?.throwIfAborted();
        answer = client().unasked(error);
      }
      const [, name, its] = GRANT.exec(answer) ?? [];
      if (name !== undefined && its !== undefined) return container(name, its);
      const grant = readAnswer(client().checked(answer));
      return container(grant.name, grant.id);
    },
    async releaseContainer(id) {
      if (idCache) client().forgetHint(id);
      return pool().releaseContainer(id);
    },
    async lookupContainer(id) {
      const held = throwIfError<Grant | null>(
        (await pool().callText("lookup", id)) as string | null,
      );
      return held && container(held.name, held.id);
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

  /** Without a hint cache a claim is one call. */
  function claim(id: string, ticket?: string): Promise<string> {
    if (idCache || !plain || !maySend(id)) return client().claim(id, ticket);
    return ticket === undefined ? pool().claim(id, text) : pool().claim(id, text, ticket);
  }

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
      return await Promise.race([claim(id, ticket), left.promise]);
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
  const last = lastIds.get(poolNamespace);
  if (last?.name === poolName) return poolNamespace.get(last.id);
  const id = poolNamespace.idFromName(poolName);
  lastIds.set(poolNamespace, { name: poolName, id });
  return poolNamespace.get(id);
}

/** The pool last asked for, of each namespace: to make its id costs a tenth of a call to it. */
const lastIds = new WeakMap<object, { name: string; id: DurableObjectId }>();

/** A stub, unless there is an error's JSON text in place of one. */
function stubOf<Stub>(answer: unknown): Stub {
  return typeof answer === "string" ? throwIfError<Stub>(answer) : (answer as Stub);
}

/** Whether a pool's name is certain to be one; what is not, Rust looks at. */
function isPlain(poolName: unknown): boolean {
  return typeof poolName === "string" && PLAIN_POOL_NAME.test(poolName);
}

/** Whether a call with that session goes through as it is, for the pool to look at. */
function maySend(id: unknown): boolean {
  return typeof id === "string" && id.length <= SESSION_LENGTH_MAX;
}

/** Lets work that delays no answer finish after the answer. */
function keepAlive(work: Promise<unknown>): void {
  workers.waitUntil(work);
}
