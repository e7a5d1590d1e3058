// No pool: a Worker whose objects write a row, and call a container.
import { DurableObject } from "cloudflare:workers";

export { BenchContainer } from "../worker/container.ts";

interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace<Rpc.DurableObjectBranded & { start(): Promise<void> }>;
}

export class WarmPool extends DurableObject<Env> {
  async row(): Promise<string> {
    this.ctx.storage.kv.put("key", "value");
    await this.env.CONTAINER.getByName("alice").start();
    return "alice";
  }
}

export default {
  async fetch(_, env) {
    return new Response(await env.WARM_POOL.getByName("pool").row());
  },
} satisfies ExportedHandler<Env>;
