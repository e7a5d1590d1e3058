import type { Jurisdiction, LocationHint } from "./place.js";

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
