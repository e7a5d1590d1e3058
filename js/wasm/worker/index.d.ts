/** The default Worker's handlers, exported from Rust; the real file lies in dist/wasm/worker. */
import type { dashboard } from "../../dashboard.js";

export declare function __wbg_reset_state(): void;
export declare function onPanic(callback: () => void): void;

/** Answers one request. An error is an answer, too: it rejects only if the platform fails. */
export declare function fetch(
  request: Request,
  env: unknown,
  ctx: ExecutionContext,
  page: typeof dashboard,
): Promise<Response>;

/** Primes the pools. Rejects if a pool could not be primed. */
export declare function scheduled(
  event: ScheduledController,
  env: unknown,
  ctx: ExecutionContext,
): Promise<void>;
