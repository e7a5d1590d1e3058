// The times of a simulated container: how long it boots, stops and stays without a request.

/**
 * `[quantile, ms]` of sequential cold starts of Cloudflare sandboxes. Source: computesdk/benchmarks,
 * commit 0a010e0 (MIT), its raw per-iteration results: 5,296 attempts, March to May 2026.
 */
const COLD_START_QUANTILES = [
  [0.05, 1195],
  [0.25, 1479],
  [0.5, 1779],
  [0.75, 2114],
  [0.9, 2515],
  [0.95, 2952],
  [0.99, 4703],
  [1, 30089],
] as const;

/** Variables of the Worker that set the pace of simulated containers. */
export interface SimulationVars {
  /** Every boot takes this long, ms. */
  SIMULATED_BOOT_MS?: string | number;
  /** Factor on drawn boot times; 1, the default, is what was measured. */
  SIMULATED_BOOT_SCALE?: string | number;
  /** From `stop()` to the exit, ms; default 500. */
  SIMULATED_STOP_MS?: string | number;
}

/** Milliseconds that one boot takes: drawn from the measured cold starts unless it is fixed. */
export function bootTimeMs(vars: SimulationVars, random: () => number = Math.random): number {
  const { SIMULATED_BOOT_MS: fixed, SIMULATED_BOOT_SCALE: scale } = vars;
  if (fixed !== undefined) return number("SIMULATED_BOOT_MS", fixed);
  return coldStartMs(random()) * number("SIMULATED_BOOT_SCALE", scale ?? 1);
}

/** Milliseconds between `stop()` and the exit. */
export function stopTimeMs(vars: SimulationVars): number {
  return number("SIMULATED_STOP_MS", vars.SIMULATED_STOP_MS ?? 500);
}

/** Milliseconds at `quantile`, between its neighbours in the table; below the first: the first. */
export function coldStartMs(quantile: number): number {
  let [lower, lowerMs]: readonly [number, number] = [0, COLD_START_QUANTILES[0][1]];
  for (const [upper, upperMs] of COLD_START_QUANTILES) {
    if (quantile <= upper) {
      return lowerMs + ((upperMs - lowerMs) * (quantile - lower)) / (upper - lower);
    }
    [lower, lowerMs] = [upper, upperMs];
  }
  return lowerMs;
}

/** Milliseconds of a time such as `sleepAfter`: seconds, or `"30s"`, `"10m"`, `"2h"`. */
export function durationMs(time: string | number): number {
  if (typeof time === "number") return time * 1000;
  const [, count, unit] = /^(\d+)([smh])$/.exec(time) ?? [];
  if (count === undefined) throw new Error(`invalid time expression ${time}`);
  return Number(count) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1000);
}

function number(name: string, value: string | number): number {
  const parsed = typeof value === "number" ? value : Number(value.trim() || NaN);
  if (Number.isFinite(parsed) && parsed >= 0) return parsed;
  throw new Error(`${name} is ${JSON.stringify(value)}, which is not a number of 0 or more`);
}
