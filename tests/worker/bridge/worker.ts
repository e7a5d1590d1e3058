// A Worker of the Sandbox SDK's bridge whose pool is this package's, as docs/migration has it.
// #region worker
import { bridge } from "@cloudflare/sandbox/bridge";
import { WarmPool as Pool, type PoolOptions } from "cf-warm-pool";

export { Sandbox } from "@cloudflare/sandbox";

/** The bridge passes four options. The others are set here. */
export class WarmPool extends Pool {
  override configure(options: PoolOptions): Promise<void> {
    return super.configure({ ...options, queueTimeout: 0 });
  }
}

export default bridge({});
// #endregion
