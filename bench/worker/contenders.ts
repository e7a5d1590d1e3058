// How each contender is asked, as its README has it, or for want of one its own code.
import { createWarmPool as createPeer } from "cf-container-warm-pool";
import { createWarmPool, type PoolOptions } from "../../dist/index.js";
import type { Floor } from "./floor.ts";
import type { Begin, BridgePool, OurPool, PeerPool } from "./pools.ts";

export interface Env {
  OURS: DurableObjectNamespace<OurPool>;
  PEER: DurableObjectNamespace<PeerPool>;
  BRIDGE: DurableObjectNamespace<BridgePool>;
  FLOOR: DurableObjectNamespace<Floor>;
  CONTAINER: DurableObjectNamespace;
  HINTS: KVNamespace;
}

export type ContenderName = "ours" | "peer" | "bridge" | "empty" | "row";

export interface Asked {
  /** Name of the pool, or of the object of the floor. */
  pool: string;
  options: PoolOptions;
  /** Whether claims go by the hint cache. */
  hints?: boolean;
}

export interface Contender {
  /** One claim; answers what the container is called. */
  claim(session: string): Promise<string>;
  /** The first that it hears of its configuration, without a session. */
  touch(): Promise<unknown>;
  stats(): Promise<{ warm: number; assigned: number; claims?: number }>;
  begin(begin: Begin): Promise<unknown>;
  /** The pool object itself. */
  stub(): DurableObjectStub<OurPool | PeerPool>;
}

export function contender(env: Env, name: ContenderName, asked: Asked): Contender {
  switch (name) {
    case "ours":
      return ours(env, asked);
    case "peer":
      return peer(env, asked);
    case "bridge":
      return bridge(env, asked);
    case "empty":
    case "row":
      return floor(env, name, asked);
  }
}

function ours(env: Env, { pool, options, hints = false }: Asked): Contender {
  const config = { ...options, poolName: pool, ...(hints ? { idCache: env.HINTS } : {}) };
  const client = () => createWarmPool(env.OURS, env.CONTAINER, config);
  const stub = () => env.OURS.getByName(pool);
  return {
    claim: async (session) => (await client().getContainer(session)).name ?? "",
    touch: () => client().prime(),
    stats: async () => stub().getStats(),
    begin: async (begin) => {
      await stub().begin(begin);
      await stub()
        .restart()
        .catch(() => undefined);
    },
    stub,
  };
}

function peer(env: Env, { pool, options, hints = false }: Asked): Contender {
  const config = { ...options, poolName: pool, ...(hints ? { idCache: env.HINTS } : {}) };
  const client = () => createPeer(env.PEER, env.CONTAINER, config);
  const stub = () => env.PEER.getByName(pool);
  return {
    claim: async (session) => (await client().getContainer(session)).name ?? "",
    touch: () => client().stats(),
    stats: async () => stub().getStats(),
    begin: (begin) => stub().begin(begin),
    stub,
  };
}

/** It has no client: what its routes do for a sandbox and for the figures. */
function bridge(env: Env, { pool, options }: Asked): Contender {
  const { warmTarget = 0, refreshInterval = 10_000 } = options;
  const config = { warmTarget, refreshInterval, maxInstances: 0, scaleBatchSize: 5 };
  const stub = () => env.BRIDGE.get(env.BRIDGE.idFromName(pool));
  return {
    async claim(session) {
      await stub().configure(config);
      const name = await stub().getContainer(session);
      return env.CONTAINER.get(env.CONTAINER.idFromName(name)).name ?? "";
    },
    touch: async () => stub().configure(config),
    stats: async () => stub().getStats(),
    begin: (begin) => stub().begin(begin),
    stub,
  };
}

function floor(env: Env, what: "empty" | "row", { pool }: Asked): Contender {
  const nothing = async () => undefined;
  return {
    async claim(session) {
      await env.FLOOR.get(env.FLOOR.idFromName(pool))[what]();
      return session;
    },
    touch: nothing,
    stats: async () => ({ warm: 0, assigned: 0 }),
    begin: nothing,
    stub: () => env.FLOOR.getByName(pool) as never,
  };
}
