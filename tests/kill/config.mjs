// What the pool of this test is to be. Its bounds make a restart's two wake-ups take two seconds.

export const POOL_NAME = "killed";

/** @type {import("../../dist/index.js").PoolOptions} */
export const CONFIG = {
  warmTarget: 4,
  maxInstances: 12,
  refreshInterval: 1000,
  startConcurrency: 8,
  startTimeout: 2000,
  queueTimeout: 3000,
  drainTimeout: 400,
  verifyAfter: 500,
  assignedCheckInterval: 1000,
};
