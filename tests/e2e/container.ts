import { DemoContainer } from "../../container/demo.ts";

export const POOL = "e2e";

/** What a test wants of the containers that are made from then on. */
export interface Manners {
  /** Variables of the server's environment, over its own. */
  env?: Record<string, string>;
  sleepAfter?: string;
  /** False: nobody tells the pool when one stops. */
  reports?: boolean;
}

/** All objects of a Worker are in one isolate here, so this reaches them; a restart forgets it. */
let manners: Manners = {};

export function setManners(wanted: Manners): void {
  manners = wanted;
}

export class E2eContainer extends DemoContainer {
  protected override readonly poolName = POOL;
  override sleepAfter = manners.sleepAfter ?? "10m";
  override envVars = { ...this.identity(), ...manners.env };

  override async onStop() {
    if (manners.reports !== false) await super.onStop();
  }
}
