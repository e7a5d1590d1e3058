/** The default Worker: what `wrangler deploy` puts up. */
export { WarmPool } from "./pool.js";
export { default } from "./wasm/index.js";
