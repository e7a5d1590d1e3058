import { Container } from "@cloudflare/containers";
import { getWarmPool, type WarmPool } from "../dist/index.js";

/** What the Worker of real containers binds. */
export interface DemoEnv {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
}

/** The container of the demo: the server of `server/`, in the image of `Dockerfile`. */
export class DemoContainer<Env extends DemoEnv = DemoEnv> extends Container<Env> {
  override defaultPort = 8080;
  override sleepAfter = "5m";

  override envVars: Record<string, string> = this.identity();

  /** The pool of the default Worker, which is named after the only runtime it has. */
  protected readonly poolName: string = "default";

  /** Without this the pool notices by itself, a refresh later. */
  override async onStop() {
    const pool = getWarmPool(this.env.WARM_POOL, this.poolName);
    await pool.reportStopped(this.ctx.id.toString());
  }

  /** With `onRelease: "reset"`: whether nothing of the last session is left. */
  async resetForPool(): Promise<boolean> {
    const { ok } = await this.containerFetch("http://container/reset", { method: "POST" });
    return ok;
  }

  /** Who it is, for the server to answer at `/whoami`. */
  protected identity(): Record<string, string> {
    const { id } = this.ctx;
    return {
      CONTAINER_ID: id.toString(),
      ...(id.name !== undefined && { CONTAINER_NAME: id.name }),
    };
  }
}
