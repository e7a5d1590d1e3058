/** What the Worker's routes answer, as far as the page shows it. */

export interface Status {
  enabled: boolean;
  pools: Record<string, PoolStatus | Failed>;
  total_hits: number;
  total_misses: number;
  hit_rate: number;
}

/** A pool whose figures could not be had. */
export interface Failed {
  error: { code: string; message: string };
}

/** Times are ms since 1970, ages ms. */
export interface PoolStatus {
  target: number | null;
  available: number;
  in_use: number;
  starting: number;
  draining: number;
  stopping: number;
  claims_waiting: number;
  capacity: number | null;
  learned_capacity: number | null;
  breaker: "open" | "closed";
  last_error: { class: string; message: string } | null;
  next_wake_at: number | null;
  oldest_warm_ms: number | null;
  oldest_assigned_ms: number | null;
  idle: Idle;
  last_hour: Hour;
}

/** What being warm has cost. */
export interface Idle {
  container_seconds: number;
  instance_type: string;
  estimated_usd: number;
  prices_of: string;
}

export interface Hour {
  hits: number;
  misses: number;
  sticky: number;
  errors: number;
  hit_rate: number;
  claim_p50_ms: number | null;
  claim_p99_ms: number | null;
}

export interface Activity {
  pools: Record<string, PoolActivity | Failed>;
}

export interface PoolActivity {
  /** Oldest first; those in which nothing happened are left out. */
  minutes: Minute[];
  /** Newest first. */
  transitions: Transition[];
  /** How many transitions there were before these. */
  dropped: number;
}

export interface Minute {
  /** Its beginning. */
  at: number;
  sticky: number;
  hits: number;
  misses: number;
  errors: number;
  claim_p50_ms: number | null;
  claim_p99_ms: number | null;
  idle_seconds: number;
}

export interface Transition {
  at: number;
  /** Its name. */
  container: string;
  generation: number;
  to: string;
  cause?: string | null;
  /** A digest. */
  session?: string | null;
}

/** What a pool can be told to do. */
export type Order = "prime" | "drain" | "shutdown";

/** What became of an order, to each pool it was for. */
export interface Ordered {
  pools: Record<string, string | Failed>;
}
