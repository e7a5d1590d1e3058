// #region worker
import { Container } from "@cloudflare/containers";
import { createWarmPool, pooled, WarmPool, WarmPoolError } from "cf-warm-pool";

export { WarmPool };

export class MyContainer extends pooled(Container)<Env> {
  override defaultPort = 8080;
  override sleepAfter = "5m";
}

export default {
  async fetch(request, env) {
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, {
      warmTarget: 3,
      idCache: env.HINTS,
    });
    try {
      const container = await pool.getContainer(request.headers.get("x-session-id") ?? "default");
      return await container.fetch(request);
    } catch (error) {
      return refusal(error);
    }
  },
} satisfies ExportedHandler<Env>;
// #endregion

/** What wrangler.jsonc binds. */
interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace<MyContainer>;
  HINTS: KVNamespace;
}

/** What a session hears that could not be given a container, and when it may ask again. */
function refusal(error: unknown): Response {
  if (!(error instanceof WarmPoolError)) throw error;
  const { code, message, status, retryAfterMs } = error;
  const response = Response.json({ error: { code, message } }, { status });
  if (retryAfterMs !== undefined) {
    response.headers.set("retry-after", String(Math.ceil(retryAfterMs / 1000)));
  }
  return response;
}
