import type { HealthConfig, RolloutConfig } from "./config.js";
import type { Jurisdiction, LocationHint } from "./place.js";

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
