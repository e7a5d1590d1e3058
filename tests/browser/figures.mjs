// What a pool may answer, made up: every text in it, and so whatever a page could mistake for markup.

/** A pool as its routes show it, with `changes` over the usual. */
export function pool(changes = {}) {
  return {
    ...{ size: 3, target: 3, available: 3, in_use: 4, starting: 1, draining: 0, stopping: 1 },
    ...{ waiting: 0, claims_waiting: 0, capacity: 20, learned_capacity: null, breaker: "closed" },
    ...{ last_error: null, next_wake_at: Date.now() + 8000 },
    ...{ oldest_warm_ms: 754_000, oldest_assigned_ms: 4_520_000 },
    idle: {
      ...{ container_seconds: 52_430, instance_type: "standard-1" },
      ...{ estimated_usd: 0.4213, prices_of: "2026-11-01" },
    },
    last_hour: {
      ...{ hits: 812, misses: 31, sticky: 4210, errors: 2, hit_rate: 0.963 },
      ...{ claim_p50_ms: 4, claim_p99_ms: 1870 },
    },
    ...changes,
  };
}

export function statusOf(pools) {
  return { enabled: true, pools, total_hits: 1523, total_misses: 12, hit_rate: 0.992 };
}

/** An hour with a busy half, a trough and a minute alone. */
export function minutes(nowMs = Date.now()) {
  const now = Math.floor(nowMs / 60_000);
  return Array.from({ length: 60 }, (_, at) => at)
    .filter((at) => at < 12 || at === 18 || at > 24)
    .map((at) => ({
      at: (now - 59 + at) * 60_000,
      sticky: 60 + ((at * 7) % 23),
      hits: 12 + ((at * 5) % 9),
      misses: at === 30 ? 11 : at % 4 === 0 ? 1 : 0,
      errors: 0,
      claim_p50_ms: 3 + (at % 3),
      claim_p99_ms: at % 4 === 0 ? 1400 + at * 9 : 12 + ((at * 11) % 40),
      idle_seconds: 150,
    }));
}

const STEPS = [
  ["assigned", null, "9f2c41d7aa03"],
  ["warm", null, null],
  ["starting", null, null],
  ["gone", null, "5be0114cd2f9"],
  ["stopping", "released", "5be0114cd2f9"],
  ["draining", "lease_ended", "5be0114cd2f9"],
  ["stopping", "start_timeout", null],
];

export function transitions(many = 40, nowMs = Date.now()) {
  return Array.from({ length: many }, (_, at) => {
    const [to, cause, session] = STEPS[at % STEPS.length];
    const container = `dcb5a39${at % 9}-9397-4692-904d-b8173000f778`;
    return { at: nowMs - at * 8130, container, generation: 1 + (at % 2), to, cause, session };
  });
}

export function activityOf(pools) {
  return { pools };
}
