import { ServerContainer } from "../../container/demo.ts";
import { getWarmPool, pooled, type WarmPool } from "../../dist/index.js";

export const POOL = "e2e";

/** What a test wants of the containers that are made from then on. */
export interface Manners {
  /** Variables of the server's environment, over its own. */
  env?: Record<string, string>;
  sleepAfter?: string;
  /** False: a plain one tells the pool nothing when it stops. */
  reports?: boolean;
}

/** All objects of a Worker are in one isolate here, so this reaches them; a restart forgets it. */
let manners: Manners = {};

export function setManners(wanted: Manners): void {
  manners = wanted;
}

class TestContainer<Env = Cloudflare.Env> extends ServerContainer<Env> {
  override sleepAfter = manners.sleepAfter ?? "10m";
  override envVars = { ...this.identity(), ...manners.env };
}

export class PooledContainer extends pooled(TestContainer, { poolName: POOL }) {}

/** One as the earlier package's users wrote it: it reports by hand, and the pool has to look. */
export class PlainContainer extends TestContainer<{ WARM_POOL: DurableObjectNamespace<WarmPool> }> {
  override async onStop() {
    if (manners.reports === false) return;
    await getWarmPool(this.env.WARM_POOL, POOL).reportStopped(this.ctx.id.toString());
  }
}
