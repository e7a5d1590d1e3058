import { WarmPoolError } from "./error.js";
import { digestOf, isAsk, Life } from "./life.js";
import type { Jurisdiction } from "./types/place.js";

/** Where a container's pool is. */
export interface PooledOptions {
  /**
   * The Worker's binding of {@link WarmPool}, 1 to 128 characters.
   * @default "WARM_POOL"
   */
  poolBinding?: string;

  /**
   * The pool's name, as in `createWarmPool`, 1 to 128 bytes without control characters. The default
   * Worker's pools have their runtimes' names.
   * @default "global-pool"
   */
  poolName?: string;

  /**
   * The pool's jurisdiction, as in `createWarmPool`.
   * @default the container's own, as far as the platform tells it
   */
  jurisdiction?: Jurisdiction;
}

/** What `pooled` needs of a class: `Container`, `Sandbox`, or one that is like them. */
export interface PoolableContainer {
  fetch(request: Request): Response | Promise<Response>;
  getState(): Promise<{ status: string }>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever its class takes
  startAndWaitForPorts(...args: any[]): Promise<void>;
  destroy(): Promise<void>;
}

/**
 * A container class that works together with its pool. It
 *
 * - reports by itself that its container has stopped, so that the session's next request gets
 *   another one at once;
 * - tells in `getState()` whether its container really runs, and as `inFlight` how many requests
 *   are under way, where the class counts them;
 * - confirms to the hint cache which session it serves, so that hints may be used with
 *   `onRelease` `"restart"` and `"reset"` too;
 * - lets no request start a container that has stopped or that the pool has let go:
 *   `containerFetch` and `fetch` answer 503 with the code `pool_unavailable`, `start` and
 *   `startAndWaitForPorts` throw it.
 *
 * A container that no pool ever started is as without it. The methods that the class and its
 * subclasses define stay as they are, with `super` called or not; fields that hold functions hide
 * what `pooled` adds.
 *
 * ```ts
 * export class MyContainer extends pooled(Container)<Env> {
 *   defaultPort = 8080;
 * }
 * ```
 *
 * @param Base `Container`, `Sandbox`, or a subclass of one of them
 * @param options where the pool is, see {@link PooledOptions}
 * @throws {WarmPoolError} `invalid_config` for a wrong option, naming value and bounds
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a mixin's class has to take
export function pooled<T extends abstract new (...args: any[]) => PoolableContainer>(
  Base: T,
  options: PooledOptions = {},
): T {
  const place = checked(options);
  const layers = new WeakMap<object, object>();

  abstract class Pooled extends (Base as unknown as AnyClass) {
    constructor(...args: unknown[]) {
      super(...args);
      const { ctx, env } = this as unknown as Internals;
      const report = (generation: number) => void reportStop(env, place, ctx.id, generation);
      lives.set(this, new Life(ctx.storage, report));
      // What is called first has to be ours, whatever subclasses override, and RPC finds methods on
      // prototypes only: so ours are on one before that of the outermost class.
      const outermost = new.target.prototype as Inner;
      const layer = layers.get(outermost) ?? layerOver(outermost);
      layers.set(outermost, layer);
      Object.setPrototypeOf(this, layer);
    }
  }
  // `Container` keeps its outbound handlers by the name of the class.
  Object.defineProperty(Pooled, "name", { value: Base.name, configurable: true });
  return Pooled as unknown as T;
}

type AnyClass = new (...args: unknown[]) => object;

/** What every container object has, unseen from outside. */
interface Internals {
  ctx: DurableObjectState;
  env: Record<string, unknown>;
  /** `Container` counts its requests here, streams and WebSockets until they are over. */
  inflightRequests?: unknown;
}

type Method<T = unknown> = (...args: unknown[]) => T;

/** The methods that a layer stands before. */
interface Inner {
  fetch: Method<Response | Promise<Response>>;
  getState: Method<Promise<{ status: string; inFlight?: unknown }>>;
  startAndWaitForPorts: Method<Promise<void>>;
  destroy: Method<Promise<void>>;
  containerFetch?: Method<Promise<Response>>;
  start?: Method<Promise<void>>;
  resetForPool?: Method;
  onStop?: Method;
  alarm?: Method;
}

const lives = new WeakMap<object, Life>();

function lifeOf(container: object): Life {
  const life = lives.get(container);
  if (!life) throw new TypeError("Illegal invocation");
  return life;
}

/** A prototype before `inner`, with the pool's part of each method that is there. */
function layerOver(inner: Inner): object {
  const methods: Record<string, (this: object, ...args: never[]) => unknown> = {
    async fetch(request: Request): Promise<Response> {
      const life = lifeOf(this);
      life.fetchesUnderWay += 1;
      try {
        // A class with `containerFetch` starts its container there, if at all.
        const refused = !inner.containerFetch && (await isRefused(this, inner));
        return refused ? refusal() : await inner.fetch.call(this, request);
      } finally {
        life.fetchesUnderWay -= 1;
      }
    },

    async startAndWaitForPorts(...args: unknown[]): Promise<void> {
      const { poolGeneration } = (args[1] ?? {}) as { poolGeneration?: unknown };
      const start = () => inner.startAndWaitForPorts.apply(this, args);
      if (typeof poolGeneration === "number") return lifeOf(this).start(poolGeneration, start);
      await throwIfRefused(this, inner);
      return start();
    },

    async destroy(...args: unknown[]): Promise<void> {
      const life = lifeOf(this);
      life.letGo();
      try {
        await inner.destroy.apply(this, args);
      } finally {
        life.keep();
      }
    },

    async getState(ask?: unknown): Promise<object> {
      const life = lifeOf(this);
      const digest = isAsk(ask) ? await digestOf(ask.session) : "";
      const state = await inner.getState.call(this);
      const { ctx, inflightRequests } = this as Internals;
      const isAlive = saysAlive(state) && ctx.container?.running !== false;
      const counted = [state.inFlight, inflightRequests].filter(
        (count) => typeof count === "number",
      );
      const confirmed = isAsk(ask) ? life.serves(digest, ask) : undefined;
      return {
        ...state,
        ...(saysAlive(state) && !isAlive && { status: "stopped" }),
        ...(counted.length > 0 && { inFlight: Math.max(...counted, life.fetchesUnderWay) }),
        ...(confirmed !== undefined && { confirmed: confirmed && isAlive }),
      };
    },
  };
  const { containerFetch, start, resetForPool, onStop, alarm } = inner;
  if (containerFetch) {
    methods["containerFetch"] = async function (...args: unknown[]): Promise<Response> {
      return (await isRefused(this, inner)) ? refusal() : containerFetch.apply(this, args);
    };
  }
  if (start) {
    methods["start"] = async function (...args: unknown[]): Promise<void> {
      await throwIfRefused(this, inner);
      return start.apply(this, args);
    };
  }
  if (resetForPool) {
    methods["resetForPool"] = async function (...args: unknown[]): Promise<boolean> {
      const { generation } = (args[0] ?? {}) as { generation?: number };
      return lifeOf(this).reset(generation, async () => resetForPool.apply(this, args));
    };
  }
  if (onStop) {
    // `Container` calls it after an exit that it could read, and may call it again.
    methods["onStop"] = async function (...args: unknown[]): Promise<void> {
      noticeEnd(this);
      try {
        await onStop.apply(this, args);
      } finally {
        lifeOf(this).keep();
      }
    };
  }
  if (alarm) {
    // `Container` calls it after every exit, also one that it tells nobody of.
    methods["alarm"] = function (...args: unknown[]): unknown {
      if ((this as Internals).ctx.container) noticeEnd(this);
      return alarm.apply(this, args);
    };
  }
  const layer = Object.create(inner) as object;
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(layer, name, { value, writable: true, configurable: true });
  }
  return layer;
}

/** Without `ctx.container` whoever calls this knows that it does not run. */
function noticeEnd(container: object): void {
  if ((container as Internals).ctx.container?.running !== true) lifeOf(container).ended();
}

function saysAlive({ status }: { status: string }): boolean {
  return status === "running" || status === "healthy";
}

/** Whether the container has ended: a request that reached its class would start it again. */
async function isRefused(container: object, inner: Inner): Promise<boolean> {
  const life = lifeOf(container);
  if (!life.isPools) return false;
  const { ctx } = container as Internals;
  const isAlive = ctx.container?.running ?? saysAlive(await inner.getState.call(container));
  if (!isAlive) life.ended();
  return !isAlive || life.isLetGo;
}

async function throwIfRefused(container: object, inner: Inner): Promise<void> {
  // A part of the pool's own start.
  if (lifeOf(container).isStarting) return;
  if (await isRefused(container, inner)) throw new WarmPoolError(REFUSED);
}

const REFUSED = {
  code: "pool_unavailable",
  message: "this container has ended (ask the pool for the session's container again)",
  status: 503,
  retryAfterMs: 1000,
} as const;

/** The error as the default Worker answers it. */
function refusal(): Response {
  const { code, message, status, retryAfterMs } = REFUSED;
  const headers = { "cache-control": "no-store", "retry-after": String(retryAfterMs / 1000) };
  const error = { code, message, retry_after_ms: retryAfterMs };
  return Response.json({ error }, { status, headers });
}

/** A report that cannot be sent is logged: the pool notices by itself, some time later. */
async function reportStop(
  env: Record<string, unknown>,
  { poolBinding, poolName, jurisdiction }: PoolPlace,
  id: DurableObjectId,
  generation: number,
): Promise<void> {
  const pools = env[poolBinding] as DurableObjectNamespace | undefined;
  if (typeof pools?.idFromName !== "function") {
    const bindings = Object.keys(env).join(", ") || "none";
    const problem = `no Durable Object class is bound as ${poolBinding} (bindings: ${bindings}; set poolBinding)`;
    console.error(`warm pool: a stop was not reported: ${problem} [misconfigured]`);
    return;
  }
  try {
    const within = jurisdiction ?? (id.jurisdiction as Jurisdiction | undefined);
    const part = within === undefined ? pools : pools.jurisdiction(within);
    const pool = part.get(part.idFromName(poolName)) as unknown as Reported;
    await pool.reportStopped(id.toString(), generation);
  } catch (error) {
    console.error(`warm pool: a stop was not reported: ${String(error)}`);
  }
}

interface Reported {
  reportStopped(container: string, generation: number): Promise<void>;
}

const BINDING_CHARACTERS_MAX = 128;
const POOL_NAME_BYTES_MAX = 128;

const JURISDICTIONS: readonly unknown[] = [
  "eu",
  "fedramp",
  "fedramp-high",
  "us",
] satisfies Jurisdiction[];

interface PoolPlace {
  poolBinding: string;
  poolName: string;
  jurisdiction: Jurisdiction | undefined;
}

function checked(options: PooledOptions): PoolPlace {
  const { poolBinding = "WARM_POOL", poolName = "global-pool", jurisdiction, ...unknown } = options;
  const [option] = Object.keys(unknown);
  if (option !== undefined) {
    throw invalid(option, "is not an option of pooled: poolBinding, poolName, jurisdiction");
  }
  if (jurisdiction !== undefined && !JURISDICTIONS.includes(jurisdiction)) {
    throw invalid("jurisdiction", `is one of ${JURISDICTIONS.join(", ")}`, jurisdiction);
  }
  const size = typeof poolBinding === "string" ? poolBinding.length : 0;
  if (size < 1 || size > BINDING_CHARACTERS_MAX) {
    throw invalid(
      "poolBinding",
      `is a string of 1 to ${BINDING_CHARACTERS_MAX} characters`,
      poolBinding,
    );
  }
  const bytes = typeof poolName === "string" ? new TextEncoder().encode(poolName).length : 0;
  if (bytes < 1 || bytes > POOL_NAME_BYTES_MAX || /\p{Cc}/u.test(poolName)) {
    const bounds = `is a string of 1 to ${POOL_NAME_BYTES_MAX} bytes without control characters`;
    throw invalid("poolName", bounds, poolName);
  }
  return { poolBinding, poolName, jurisdiction };
}

function invalid(option: string, bounds: string, value?: unknown): WarmPoolError {
  const given = value === undefined ? "" : `, not ${JSON.stringify(value)}`;
  return new WarmPoolError({
    code: "invalid_config",
    message: `${option} ${bounds}${given}`,
    status: 400,
  });
}
