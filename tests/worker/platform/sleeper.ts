import { SimulatedContainer } from "../../../container/simulated.ts";

/** A simulated container as it comes, but with little patience. */
export class Sleeper extends SimulatedContainer {
  override sleepAfter = "1s";

  override onStop(): void {
    this.ctx.storage.kv.put("stops", this.stops() + 1);
  }

  /** How often `onStop` was called. */
  stops(): number {
    return this.ctx.storage.kv.get<number>("stops") ?? 0;
  }
}
