// Container classes that work together with their pool, in the forms in which users write them.
import { pooled } from "../../dist/index.js";
import { TestContainer } from "./platform/container.ts";

export class Pooled extends pooled(TestContainer) {}

class Told extends TestContainer {
  override onStop(): void | Promise<void> {
    note(this.ctx.storage);
  }
}

/** Its own `onStop` is in the class that is passed in. */
export class ToldBefore extends pooled(Told) {}

/** Its own `onStop` is in a subclass, and calls the one above. */
export class ToldAfter extends pooled(TestContainer) {
  override async onStop(params: { exitCode: number; reason: "exit" }): Promise<void> {
    await super.onStop(params);
    note(this.ctx.storage);
  }
}

/** The same, without. */
export class ToldAlone extends pooled(TestContainer) {
  override onStop(): void {
    note(this.ctx.storage);
  }

  override async resetForPool(): Promise<boolean> {
    return true;
  }
}

class Emptied extends TestContainer {
  override async destroy(): Promise<void> {
    await super.destroy();
    await this.ctx.storage.deleteAll();
  }
}

/** Nothing of it is left in its storage when it is gone. */
export class Tidy extends pooled(Emptied) {}

/** Its pool is not there. */
export class Lost extends pooled(Told, { poolBinding: "POOL_OF_NOBODY" }) {}

/** How often the class's own `onStop` was called. */
export function stopsOf(storage: DurableObjectStorage): number {
  return storage.kv.get<number>("own stops") ?? 0;
}

function note(storage: DurableObjectStorage): void {
  storage.kv.put("own stops", stopsOf(storage) + 1);
}
