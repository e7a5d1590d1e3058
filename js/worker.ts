/** The default Worker: what `wrangler deploy` puts up. */
import { dashboard } from "./dashboard.js";

// Rust decides who sees it. Kept where it outlives the wasm, which starts anew after a panic.
Object.assign(globalThis, { [Symbol.for("cf-warm-pool.dashboard")]: dashboard });

export { WarmPool } from "./pool.js";
export { default } from "./wasm/worker/index.js";
