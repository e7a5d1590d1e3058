// #region class
import { Container } from "@cloudflare/containers";
import { getWarmPool, type WarmPool } from "cf-warm-pool";

export class MyContainer extends Container<Env> {
  override async onStop() {
    await getWarmPool(this.env.WARM_POOL).reportStopped(this.ctx.id.toString());
  }
}
// #endregion

interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool<Env>>;
}
