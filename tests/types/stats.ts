import type { PoolStats as PeersStats } from "cf-container-warm-pool";
import {
  WarmPoolError,
  type FailureClass,
  type ClaimOutcome,
  type DurationCounts,
  type HealthKind,
  type PoolConfigInForce,
  type PoolOptions,
  type PoolStats,
  type StartOutcome,
  type EarlierOptions,
  type WarmPoolErrorCode,
} from "cf-warm-pool";
import { same } from "./same.ts";

declare const stats: PoolStats;

// Whoever reads the peer's figures finds them, and so does who reads those of its first version.
export const peers: PeersStats = { ...stats, config: { ...stats.config } };
export const firsts: { warm: number; acquired: number; warming: number; total: number } = stats;

same<PoolStats["config"], PoolConfigInForce>();
same<keyof PoolConfigInForce, Exclude<keyof PoolOptions, keyof EarlierOptions>>();
same<PoolStats["startFailures"], Record<FailureClass, number>>();
same<PoolStats["healthFailures"], Record<HealthKind, number>>();
same<PoolStats["claimDurations"], Record<ClaimOutcome, DurationCounts>>();
same<PoolStats["startDurations"], Record<StartOutcome, DurationCounts>>();
same<ClaimOutcome, "sticky" | "hit" | "miss" | "error">();
same<StartOutcome, "ready" | "failed" | "timed_out" | "abandoned">();
same<DurationCounts, { counts: number[]; sumMs: number }>();
same<PoolStats["lastError"], { class: FailureClass; message: string } | null>();
same<FailureClass, "capacity" | "rate_limit" | "overload" | "transient" | "permanent">();
same<HealthKind, "liveness" | "readiness" | "resources">();

// What there is none of is null, never left out.
same<PoolStats["maxInstances"], number | null>();
same<PoolStats["nextWakeAt"], number | null>();
same<PoolStats, Required<PoolStats>>();
same<PoolConfigInForce, Required<PoolConfigInForce>>();

// An error's code picks what is done about it.
same<
  WarmPoolErrorCode,
  | "invalid_session"
  | "invalid_config"
  | "unauthorized"
  | "not_found"
  | "rate_limited"
  | "start_failed"
  | "capacity_exhausted"
  | "queue_timeout"
  | "pool_unavailable"
  | "start_timeout"
  | "misconfigured"
>();
export function later(error: unknown): number | undefined {
  if (!(error instanceof WarmPoolError)) return undefined;
  same<typeof error.code, WarmPoolErrorCode>();
  same<typeof error.status, number>();
  same<typeof error.retryAfterMs, number | undefined>();
  // @ts-expect-error -- no such code
  return error.code === "full" ? 0 : error.retryAfterMs;
}
export const error: Error = new WarmPoolError({ code: "queue_timeout", message: "m", status: 503 });
