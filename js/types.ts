/**
 * What a caller may ask a pool to be. An option that is absent, `undefined` or `null` has its
 * default. Durations are whole numbers of milliseconds, bounds are included.
 *
 * A wrong value and an unknown option are an `invalid_config` {@link WarmPoolError} that names the
 * option, the value and the bounds; the pool stays as it was.
 */
export interface PoolOptions extends EarlierOptions {
  /**
   * Warm containers to keep: started, healthy, and nobody's yet. 0 to 1000.
   * @default 5
   */
  warmTarget?: number;

  /**
   * Most containers that may exist, those of sessions and those on their way in or out included.
   * 0 to 10000; 0 is as many as the platform allows, learned from its errors.
   * @default 0
   */
  maxInstances?: number;

  /**
   * Time between two looks at the warm containers, in ms. 1000 (1 s) to 3600000 (1 h).
   * @default 10000
   */
  refreshInterval?: number;

  /**
   * `false`: no warm containers are kept, and sessions still get theirs.
   * @default true
   */
  enabled?: boolean;

  /**
   * Starts under way at once. 1 to 20.
   * @default 6
   */
  startConcurrency?: number;

  /**
   * How long a start may take before it is given up and its container destroyed, in ms. 1000 (1 s)
   * to 600000 (10 min).
   * @default 30000
   */
  startTimeout?: number;

  /**
   * Ports that must answer before a container is ready: one, or an array of at most 16 different
   * ones, each 1 to 65535. An empty array is the default.
   * @default the ports its class names
   */
  ports?: number | readonly number[];

  /**
   * What a session does that finds no warm container. `"start"`: one is started, and it gets
   * whichever is ready first. `"wait"`: it waits, for at most `queueTimeout`, for one that is given
   * back or for the refill, which grows the pool past its target by one at a time only. `"fail"`:
   * `capacity_exhausted` at once. Where no warm ones are kept (`warmTarget` 0, `enabled` false) it
   * is `"start"`, since nothing else could serve a session.
   * @default "start"
   */
  whenEmpty?: "start" | "wait" | "fail";

  /**
   * How long a session waits for a container when no start is coming for it, in ms. 0 to 300000
   * (5 min).
   * @default 10000
   */
  queueTimeout?: number;

  /**
   * When containers that were taken or lost are replaced: at once, or at the next refresh.
   * @default "eager"
   */
  refill?: "eager" | "interval";

  /**
   * Age at which a container that belongs to no session is replaced, give or take a tenth, in ms:
   * the new one is started before the old one goes. One that belongs to a session goes when its
   * session ends. 0: never; else 60000 (1 min) to 2592000000 (30 days).
   * @default 3600000
   */
  containerTtl?: number;

  /**
   * Time after which a session that did not claim again loses its container, in ms; it may take a
   * quarter longer. 0: never; else 1000 (1 s) to 2592000000 (30 days).
   * @default 0
   */
  leaseTimeout?: number;

  /**
   * What becomes of a container whose session has left. `"destroy"`: a fresh one takes its place.
   * `"restart"`: it is destroyed and started again under its name, with a new file system, new
   * processes and a new environment. `"reset"`: its class's `resetForPool()` cleans it up while it
   * runs; anything but `true` destroys it. The policy counts that was in force at the claim. With
   * `"restart"` and `"reset"` the hint cache is used only for a class that went through `pooled`.
   * @default "destroy"
   */
  onRelease?: "destroy" | "restart" | "reset";

  /**
   * How long a container whose session has left may finish its requests, and how long one may take
   * to end by itself before it is destroyed, in ms. 0 to 900000 (15 min). A class whose `getState()`
   * tells `inFlight`, the number of its requests under way, is not waited for longer than that takes.
   * @default 30000
   */
  drainTimeout?: number;

  /**
   * How old the last sign of life of a session's container may be before the next claim looks at
   * it again, in ms. 0 to 3600000 (1 h); 0 looks at every claim.
   * @default the refresh interval
   */
  verifyAfter?: number;

  /**
   * Time between two looks at the containers of sessions, in ms. 1000 (1 s) to 3600000 (1 h).
   * @default 60000
   */
  assignedCheckInterval?: number;

  /** How health is judged. */
  health?: HealthConfig;

  /**
   * The version of image and settings that containers are started with, 1 to 128 bytes. Warm
   * containers of another one are replaced as `rollout` says and are not handed out; those of
   * sessions stay. While three or more starts in a row have failed, the old ones are kept.
   * @default none
   */
  revision?: string;

  /**
   * When the caller's version was made, in ms since 1970: of two callers the one with the later
   * moment decides what the pool is, and the configuration of the other is passed over. Without it
   * the one that came last decides: what it replaced comes back only when it has been asked for, and
   * the one in force has not, for 5 minutes; or by `configure`.
   * @default none
   */
  revisionOrder?: number;

  /** How containers of another revision, and those past their age, are replaced. */
  rollout?: RolloutConfig;

  /**
   * The Worker's binding of the container class, 1 to 128 bytes.
   * @default the binding that is the namespace passed in, else the first there is of `CONTAINER`,
   * `SANDBOX` and `Sandbox`
   */
  containerBinding?: string;

  /**
   * Near which region the platform makes containers, and the pool's object if it is made yet: the
   * platform's hints for Durable Objects. It does not move what there is.
   * @default near who asks first
   */
  locationHint?: LocationHint;

  /**
   * The jurisdiction in which the containers run and the pool keeps its sessions' ids. It names
   * another pool object and other containers than without: a pool does not move from one to another.
   * Where the pool is reached by `getWarmPool`, pass it `namespace.jurisdiction(…)`.
   * @default that of the namespace passed in, else none
   */
  jurisdiction?: Jurisdiction;
}

/** The platform's regions for Durable Objects. */
export type LocationHint =
  "wnam" | "enam" | "sam" | "weur" | "eeur" | "apac" | "apac-ne" | "apac-se" | "oc" | "afr" | "me";

/** The platform's jurisdictions for Durable Objects. */
export type Jurisdiction = "eu" | "fedramp" | "fedramp-high" | "us";

/** What a client is told: what its pool is to be, and how the client finds things. */
export interface WarmPoolConfig extends PoolOptions {
  /**
   * The pool's name, 1 to 128 bytes without control characters. Each kind of container needs a
   * pool of its own.
   * @default "global-pool"
   */
  poolName?: string;

  /**
   * Where to remember which container a session has, so that most claims need not ask the pool.
   * What is found there is confirmed with the container before it is used.
   * @default none
   */
  idCache?: KVNamespace;
}

/** What the versions of `cf-container-warm-pool` called some of the options. Not beside those. */
export interface EarlierOptions {
  /** @deprecated `warmTarget` */
  minContainers?: number;
  /** @deprecated `maxInstances` */
  maxContainers?: number;
  /** @deprecated `refreshInterval` */
  healthCheckInterval?: number;
  /** @deprecated `startConcurrency` */
  scaleBatchSize?: number;
  /** @deprecated `startTimeout` */
  startupTimeout?: number;
  /** @deprecated `leaseTimeout` */
  acquireTimeout?: number;
}

/** How containers of another revision, and those past their age, are replaced. Not both are 0. */
export interface RolloutConfig {
  /**
   * Warm containers there may be beyond `warmTarget` meanwhile. 0 to 100.
   * @default 1
   */
  maxSurge?: number;

  /**
   * Warm containers there may be short of `warmTarget` meanwhile. 0 to 100.
   * @default 0
   */
  maxUnavailable?: number;
}

/** How health is judged. */
export interface HealthConfig {
  /**
   * Path that a container has to answer with 2xx on its default port, within `timeout`, before it
   * is warm and at each refresh. At most 256 printable characters, the first a `/`. Its JSON may
   * tell `memory_used_ratio` and `cpu_used_ratio`. Containers of sessions are not asked: it would
   * keep them awake.
   * @default none: its ports are enough
   */
  path?: string;

  /**
   * How long one look at a container may take, in ms. 100 to 60000 (1 min).
   * @default 5000
   */
  timeout?: number;

  /**
   * Failed looks in a row that make a container unhealthy. 1 to 10.
   * @default 2
   */
  unhealthyAfter?: number;

  /**
   * Part of its memory past which a container is unhealthy, as it tells at `path`. 0.001 to 1.
   * @default none
   */
  maxMemoryRatio?: number;

  /**
   * The same of its processor.
   * @default none
   */
  maxCpuRatio?: number;
}

/** The configuration in force, every option of it. */
export interface PoolConfigInForce {
  warmTarget: number;
  maxInstances: number;
  refreshInterval: number;
  enabled: boolean;
  startConcurrency: number;
  startTimeout: number;
  /** Empty: the ports its class names. */
  ports: number[];
  whenEmpty: "start" | "wait" | "fail";
  queueTimeout: number;
  refill: "eager" | "interval";
  containerTtl: number;
  leaseTimeout: number;
  onRelease: "destroy" | "restart" | "reset";
  drainTimeout: number;
  /** `null`: the refresh interval. */
  verifyAfter: number | null;
  assignedCheckInterval: number;
  /** `null`: not asked for. */
  health: {
    path: string | null;
    timeout: number;
    unhealthyAfter: number;
    maxMemoryRatio: number | null;
    maxCpuRatio: number | null;
  };
  /** `null`: there are no versions. */
  revision: string | null;
  revisionOrder: number | null;
  rollout: Required<RolloutConfig>;
  /** `null`: the first there is of the usual names. */
  containerBinding: string | null;
  /** `null`: near who asks first. */
  locationHint: LocationHint | null;
  /** `null`: none. */
  jurisdiction: Jurisdiction | null;
}

/**
 * The figures of one pool. Counts by state are of this moment; the others run since the pool's
 * first day and never go back. Times are milliseconds since 1970, as `Date.now()` gives them.
 */
export interface PoolStats {
  /** Containers that are healthy and nobody's yet. */
  warm: number;
  /** Containers that belong to a session. */
  assigned: number;
  /** @deprecated what the first version of `cf-container-warm-pool` called {@link assigned} */
  acquired: number;
  /** @deprecated what it called {@link starting} */
  warming: number;
  /** Containers that exist or may exist: starting, warm, assigned, draining and stopping. */
  total: number;
  /** The configuration in force. */
  config: PoolConfigInForce;
  /** How many containers may exist: the lower of what was declared and what the platform taught; `null` if neither. */
  maxInstances: number | null;

  /** Containers whose start was asked for and is not done. */
  starting: number;
  /** Containers whose session has left, with requests under way perhaps. */
  draining: number;
  /** Containers whose stop was asked for and is not confirmed. */
  stopping: number;
  /** Sessions that wait for a container. */
  waiting: number;
  /** Whether the pool fills itself: from its first claim on, until it is shut down. */
  primed: boolean;

  /** Claims answered from a warm container. */
  hits: number;
  /** Claims answered by a start. */
  misses: number;
  /** Claims answered with the container the session held. */
  sticky: number;
  /** Claims answered with an error. */
  errors: number;
  /** All of these: `sticky + hits + misses + errors`. */
  claims: number;
  /** Callers that went away before they were answered. They are not among the claims. */
  callersLeft: number;
  /** `hits / (hits + misses)`, 1 while there are neither. */
  hitRate: number;

  /** Containers ever started, each start of one counted: `gone + total`. */
  started: number;
  /** Those of them that are gone for certain. */
  gone: number;
  /** Warm containers the pool dropped. */
  evictions: number;
  /** Those of them that were past their age. */
  expirations: number;
  /** Those of them that were of another revision. */
  replacements: number;
  /** Sessions that gave their container up. */
  releases: number;
  /** Sessions that lost theirs since they did not claim within `leaseTimeout`. */
  leaseEnds: number;
  /** Containers started again for another session. */
  restarts: number;
  /** Containers cleaned up for another session. */
  resets: number;
  /** Clean-ups that failed; the containers were destroyed. */
  resetFailures: number;
  /**
   * Calls whose configuration was passed over: one with a later `revisionOrder` is in force, or one
   * that replaced it and is still asked for.
   */
  passedOver: number;
  /** Failed starts, by what they call for. */
  startFailures: Record<FailureClass, number>;
  /** Looks that found something wanting, by what that was. */
  healthFailures: Record<HealthKind, number>;
  /** Warm containers that could not be kept awake, each time. */
  renewalFailures: number;
  /** Stops and destroys that failed. They are repeated. */
  stopFailures: number;
  /** Reports that a container has stopped. */
  reports: number;
  /** Those of them about no container of this pool. */
  unknownReports: number;
  /** Commits the pool's storage refused. */
  storageFailures: number;

  /** The limit the platform taught, `null` if none. It is tried again from time to time. */
  learnedLimit: number | null;
  /** Whether repeated or permanent failures have stopped further starts, but for a trial now and then. */
  breakerOpen: boolean;
  /** When a start is tried again, `null` if none is held back. */
  retryAt: number | null;
  /** The last start that failed, `null` if none has. */
  lastError: { class: FailureClass; message: string } | null;
  /** When the pool wakes by itself, `null` if nothing is due. */
  nextWakeAt: number | null;
}

/** Why a session has the container it has. */
export interface Explanation {
  /** What the session holds, `null` if nothing. */
  container: { name: string; id: string; generation: number } | null;
  /** The steps of every container the session held, in the order they happened. */
  steps: ExplainedStep[];
  /**
   * How many steps of all containers of the pool, some 2000 are kept, were dropped before the first
   * that is known.
   */
  dropped: number;
  /** What stands for the session in the pool's log, where session ids are not in clear. */
  digest: string;
}

/** One step in the life of a container. */
export interface ExplainedStep {
  /** When, in ms since 1970. */
  at: number;
  /** The container's name. */
  container: string;
  /** Which life of it: 1, and one more with each restart or reset. */
  generation: number;
  /** What it came to be; `gone`: this life of it was over. */
  to: "starting" | "warm" | "assigned" | "draining" | "stopping" | "gone";
  /** Why it was let go or stopped, in one word. */
  cause: string | null;
  /** The step in words. */
  why: string;
}

/** What a look at a container found wanting. */
export type HealthKind =
  /** It has stopped, or does not answer. */
  | "liveness"
  /** It does not answer at `health.path` with 2xx. */
  | "readiness"
  /** It uses more than it may. */
  | "resources";

/** What a failure of the platform calls for. */
export type FailureClass =
  /** No room for another container. */
  | "capacity"
  /** Too many starts a second. */
  | "rate_limit"
  /** An object has more to do than it can. */
  | "overload"
  /** May succeed if tried again. */
  | "transient"
  /** Will not succeed until somebody changes something. */
  | "permanent";

/** What a client needs of the container class's namespace; the binding is one. */
export interface ContainerNamespace<T extends Rpc.DurableObjectBranded | undefined = undefined> {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): DurableObjectStub<T>;
}

/**
 * A pool, from a Worker's side.
 *
 * `T` is the container class, so that its own methods can be called on the stub.
 */
export interface WarmPoolClient<T extends Rpc.DurableObjectBranded | undefined = undefined> {
  /**
   * The container of session `id`: the one it holds, else a warm one, else one that is started.
   * Asking again is safe, also while the first ask is under way.
   *
   * @param id the session's id: 1 to 512 bytes of UTF-8 without control characters
   * @param options `signal`: ends the wait when it is aborted, so that who has gone away takes no
   *   container from who still waits; for example the `signal` of the request
   * @returns a stub of its container, ready for `fetch`
   * @throws {WarmPoolError} within a bounded time, when there is no container to be had
   */
  getContainer(id: string, options?: { signal?: AbortSignal }): Promise<DurableObjectStub<T>>;

  /**
   * Takes the container of session `id` away from it, as `onRelease` says. Requests under way may
   * finish first, for at most `drainTimeout`. The session's next claim gets another container.
   *
   * @returns whether the session had a container
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  releaseContainer(id: string): Promise<boolean>;

  /**
   * The container that session `id` holds, `null` if it holds none. Asking claims nothing and
   * starts nothing.
   *
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  lookupContainer(id: string): Promise<DurableObjectStub<T> | null>;

  /**
   * What happened to the containers of session `id`, and why it has the one it has: each step with
   * its time and cause, as far as it is kept.
   *
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  explain(id: string): Promise<Explanation>;

  /**
   * Has `count` containers warm, once, also where that is more than `warmTarget`: those beyond it
   * stay until sessions have taken them, the pool is shut down, or `warmTarget` changes.
   *
   * @param count 1 to 1000; left out: `warmTarget`
   * @throws {WarmPoolError} `invalid_config`; the pool is as it was
   */
  warmup(count?: number): Promise<void>;

  /**
   * Has the pool fill itself, before any session comes: after a deploy, or from a `scheduled`
   * handler. Doing it again starts nothing twice.
   *
   * @throws {WarmPoolError} `invalid_config` for a wrong option; the pool is as it was
   */
  prime(): Promise<void>;

  /**
   * The pool's figures. Asking changes nothing and starts nothing.
   *
   * @throws {WarmPoolError} `pool_unavailable` when the pool does not answer
   */
  stats(): Promise<PoolStats>;

  /**
   * Stops the warm containers, and those that start for nobody; resolves when all of them are
   * recorded as stopping. Containers of sessions stay. The pool fills itself again when a new
   * session claims or its configuration changes.
   *
   * @throws {WarmPoolError} `pool_unavailable` when the pool does not answer
   */
  shutdownPrewarmed(): Promise<void>;

  /**
   * Stops every container. Those of sessions may finish the requests under way, for at most
   * `drainTimeout`. The pool stays empty until a new session comes, it is primed, or its
   * configuration changes.
   *
   * @throws {WarmPoolError} `pool_unavailable` when the pool does not answer
   */
  shutdown(): Promise<void>;
}

/**
 * What went wrong, the same word over RPC and HTTP. A pool of a later version than its client may
 * send others.
 */
export type WarmPoolErrorCode =
  /** 400: the session id is missing, too long or holds control characters. */
  | "invalid_session"
  /** 400: an option is unknown, of the wrong type or out of its bounds. */
  | "invalid_config"
  /** 401: the key is missing or wrong. */
  | "unauthorized"
  /** 404: there is nothing at that address, or no such runtime. */
  | "not_found"
  /** 429: the platform limits how fast containers start. */
  | "rate_limited"
  /** 502: starts fail, and none is tried for the moment. */
  | "start_failed"
  /** 503: as many containers exist as may. */
  | "capacity_exhausted"
  /** 503: nothing became ready within `queueTimeout`, or too many sessions wait already. */
  | "queue_timeout"
  /** 503: the pool did not answer; the claim may or may not be recorded, and may be repeated. */
  | "pool_unavailable"
  /** 504: a start was under way for this claim, and took too long. */
  | "start_timeout"
  /** 500: the Worker's bindings or variables do not fit. */
  | "misconfigured";
