// What the pool of the load test is to be, and how fast its containers boot for that.
import { coldStartMs } from "../../container/times.ts";

export const POOL_NAME = "loaded";

/** @type {import("../../dist/index.js").PoolOptions} */
export const CONFIG = { warmTarget: 40, startConcurrency: 20, refreshInterval: 2000 };

/** How many of the starts that may be under way at once are, on average. */
const STARTS_BUSY = 0.7;

const MEASURED_MEAN_MS = mean(coldStartMs, 10_000);

/**
 * The factor on measured boot times with which the pool can start `rate` containers a second: they
 * are the same shape, and their mean is `startConcurrency * STARTS_BUSY / rate`.
 */
export function bootScale(rate) {
  const meanMs = (CONFIG.startConcurrency * STARTS_BUSY * 1000) / rate;
  return Math.min(1, meanMs / MEASURED_MEAN_MS);
}

export function meanBootMs(rate) {
  return MEASURED_MEAN_MS * bootScale(rate);
}

/** Of a function of quantiles. */
function mean(valueAt, steps) {
  let sum = 0;
  for (let step = 0; step < steps; step++) sum += valueAt((step + 0.5) / steps);
  return sum / steps;
}
