export { createWarmPool, getWarmPool } from "./client.js";
export { WarmPoolError } from "./error.js";
export { WarmPool } from "./pool.js";
export { pooled, type PoolableContainer, type PooledOptions } from "./pooled.js";
export type * from "./types.js";
