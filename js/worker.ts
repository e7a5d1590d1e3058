/** The default Worker: what `wrangler deploy` puts up. */
import { WorkerEntrypoint } from "cloudflare:workers";

import { dashboard } from "./dashboard.js";
import { Instance } from "./instance.js";
import * as wasm from "./wasm/worker/index.js";

// Rust decides who sees it. Kept where it outlives the wasm, which starts anew after a panic.
Object.assign(globalThis, { [Symbol.for("cf-warm-pool.dashboard")]: dashboard });

export { WarmPool } from "./pool.js";

const instance = new Instance(wasm);

export default class extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    instance.current();
    return wasm.fetch(request, this.env, this.ctx);
  }

  override async scheduled(event: ScheduledController): Promise<void> {
    instance.current();
    await wasm.scheduled(event, this.env, this.ctx);
  }
}
