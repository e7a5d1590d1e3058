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
  const entries = new WeakMap<object, Entry>();

  abstract class Pooled extends (Base as unknown as AnyClass) {
    constructor(...args: unknown[]) {
      super(...args);
      const container = this as unknown as Internals;
      const { ctx, env } = container;
      const report = (generation: number) => void reportStop(env, place, ctx.id, generation);
      const prototype = new.target.prototype as object;
      const entry = entries.get(prototype) ?? wrapMethods(prototype, prototype, ownEntry);
      entries.set(prototype, entry);
      members.set(this, { container, life: new Life(ctx.storage, report), entry });
    }
  }
  const ownEntry = wrapMethods(Pooled.prototype, Base.prototype as object);
  // `Container` keeps its outbound handlers by the name of the class.
  Object.defineProperty(Pooled, "name", { value: Base.name, configurable: true });
  return Pooled as unknown as T;
}

type AnyClass = new (...args: unknown[]) => object;

/** The fields of every container object that TypeScript hides. */
interface Internals {
  ctx: DurableObjectState;
  env: Record<string, unknown>;
  /** `Container` counts its requests here, streams and WebSockets until they are over. */
  inflightRequests?: unknown;
}

const METHODS = [
  "fetch",
  "getState",
  "startAndWaitForPorts",
  "destroy",
  "containerFetch",
  "start",
  "resetForPool",
  "onStop",
  "alarm",
] as const;
type MethodName = (typeof METHODS)[number];

type Method = (this: object, ...args: unknown[]) => unknown;
type Methods = Partial<Record<MethodName, Method>>;

/** The methods of one class. */
interface Entry {
  /** Those that a caller finds first. */
  wrappers: Methods;
  /** Those that the class defines or inherits. */
  own: Methods;
}

/** An object of a pooled class. */
interface Member {
  container: Internals;
  life: Life;
  entry: Entry;
}

const members = new WeakMap<object, Member>();

/**
 * Wraps the methods of the class with the prototype `from` and defines the wrappers on `to`. Those
 * of `base` that the class inherits stay as they are.
 *
 * The wrappers are on a class's own prototype because `vite dev` looks for an RPC method there and
 * not on the object. They are also on the prototype of a subclass that overrides a method, so that
 * an override that does not call `super` cannot hide them.
 */
function wrapMethods(to: object, from: Methods, base?: Entry): Entry {
  const entry: Entry = { wrappers: {}, own: {} };
  for (const name of METHODS) {
    const method = from[name];
    if (typeof method !== "function") continue;
    if (method === base?.wrappers[name]) {
      entry.wrappers[name] = method;
      entry.own[name] = base.own[name] ?? method;
      continue;
    }
    const value = wrapped(name, method);
    Object.defineProperty(to, name, { value, writable: true, configurable: true });
    entry.wrappers[name] = value;
    entry.own[name] = method;
  }
  return entry;
}

/** A call that reaches several wrappers on its way through `super` is the pool's in the first one. */
function wrapped(name: MethodName, method: Method): Method {
  return function wrapper(this: object, ...args: unknown[]): unknown {
    const call = () => method.apply(this, args);
    const member = members.get(this);
    return member?.entry.wrappers[name] === wrapper ? WRAPPERS[name](member, call, args) : call();
  };
}

/** What the pool adds to each method: `call` calls the class's own. */
const WRAPPERS: Record<
  MethodName,
  (member: Member, call: () => unknown, args: unknown[]) => unknown
> = {
  async fetch(member, call) {
    const { life, entry } = member;
    life.fetchesUnderWay += 1;
    try {
      // A class with `containerFetch` starts its container there, if at all.
      const refused = !entry.own.containerFetch && (await isRefused(member));
      return refused ? refusal() : await call();
    } finally {
      life.fetchesUnderWay -= 1;
    }
  },

  async startAndWaitForPorts(member, call, args) {
    const { poolGeneration } = (args[1] ?? {}) as { poolGeneration?: unknown };
    if (typeof poolGeneration === "number") {
      return member.life.start(poolGeneration, async () => call());
    }
    await throwIfRefused(member);
    return call();
  },

  async destroy({ life }, call) {
    life.letGo();
    try {
      await call();
    } finally {
      life.keep();
    }
  },

  async getState(member, _, [ask]) {
    const { life, container } = member;
    const digest = isAsk(ask) ? await digestOf(ask.session) : "";
    const state = await stateOf(member);
    const { ctx, inflightRequests } = container;
    const isAlive = saysAlive(state) && ctx.container?.running !== false;
    const counted = [state.inFlight, inflightRequests].filter((count) => typeof count === "number");
    const confirmed = isAsk(ask) ? life.serves(digest, ask) : undefined;
    return {
      ...state,
      ...(saysAlive(state) && !isAlive && { status: "stopped" }),
      ...(counted.length > 0 && { inFlight: Math.max(...counted, life.fetchesUnderWay) }),
      ...(confirmed !== undefined && { confirmed: confirmed && isAlive }),
    };
  },

  async containerFetch(member, call) {
    return (await isRefused(member)) ? refusal() : call();
  },

  async start(member, call) {
    await throwIfRefused(member);
    return call();
  },

  async resetForPool({ life }, call, [options]) {
    const { generation } = (options ?? {}) as { generation?: number };
    return life.reset(generation, async () => call());
  },

  // `Container` calls it after an exit that it could read, and may call it again.
  async onStop(member, call) {
    noticeEnd(member);
    try {
      await call();
    } finally {
      member.life.keep();
    }
  },

  // `Container` calls it after every exit, also after one that it does not report.
  alarm(member, call) {
    if (member.container.ctx.container) noticeEnd(member);
    return call();
  },
};

/** Without `ctx.container` the caller knows that the container does not run. */
function noticeEnd({ container, life }: Member): void {
  if (container.ctx.container?.running !== true) life.ended();
}

/** What the class's own `getState` returns, which takes no argument. */
async function stateOf({ container, entry }: Member): Promise<State> {
  return (await entry.own.getState?.call(container)) as State;
}

interface State {
  status: string;
  inFlight?: unknown;
}

function saysAlive({ status }: { status: string }): boolean {
  return status === "running" || status === "healthy";
}

/** Whether the container has ended: a request that reached its class would start it again. */
async function isRefused(member: Member): Promise<boolean> {
  const { container, life } = member;
  if (!life.isPools) return false;
  const isAlive = container.ctx.container?.running ?? saysAlive(await stateOf(member));
  if (!isAlive) life.ended();
  return !isAlive || life.isLetGo;
}

async function throwIfRefused(member: Member): Promise<void> {
  // A part of the pool's own start.
  if (member.life.isStarting) return;
  if (await isRefused(member)) throw new WarmPoolError(REFUSED);
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
