import type { PoolConfigInForce } from "./config.js";

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
  /** Claims that wait, for a container or for a look at the one the session has. */
  claimsWaiting: number;
  /** How long the longest warm container has been so, in ms; `null` if none is warm. */
  oldestWarmMs: number | null;
  /**
   * How long ago that assigned container was claimed whose session's last recorded claim is the
   * earliest, in ms; `null` if none is assigned.
   */
  oldestAssignedMs: number | null;
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
  /** How long the misses waited on average, from the claim to its answer, in ms; 0 while there are none. */
  onDemandBootMsMean: number;
  /**
   * Upper bounds of the buckets of {@link claimDurations} and {@link startDurations}, in ms. A last
   * bucket has what took longer.
   */
  durationBoundsMs: number[];
  /** How long claims took until they were answered. As many of each as are counted above. */
  claimDurations: Record<ClaimOutcome, DurationCounts>;
  /** How long starts took, from when they were recorded. */
  startDurations: Record<StartOutcome, DurationCounts>;
  /**
   * Time that containers were warm, all of them together, in ms: what being ready costs. Grows
   * while any is.
   */
  idleMs: number;
  /** The claims of the last hour: of the minute that runs and the 59 before it. */
  lastHour: {
    sticky: number;
    hits: number;
    misses: number;
    errors: number;
    /** The time within which half of them were answered, errors included; `null` of none. */
    claimP50Ms: number | null;
    /** The time within which 99 of a hundred were. */
    claimP99Ms: number | null;
  };

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

/** How often something took how long. */
export interface DurationCounts {
  /**
   * How often it took at most the bound in that place and longer than the one before it; the last
   * of them: longer than all.
   */
  counts: number[];
  /** All of it together, in ms. */
  sumMs: number;
}

/** How a claim ends. */
export type ClaimOutcome =
  /** With the container the session held. */
  | "sticky"
  /** With a warm one. */
  | "hit"
  /** With one that was started. */
  | "miss"
  /** With an error. */
  | "error";

/** How a start ends. */
export type StartOutcome =
  /** The container is healthy. */
  | "ready"
  /** The platform said that it failed, or it stopped before it was ready. */
  | "failed"
  /** It was not ready within `startTimeout`. */
  | "timed_out"
  /** The pool stopped it before it was ready. */
  | "abandoned";

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
