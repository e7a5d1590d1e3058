// The instance behind a simulated container. It goes on running while its object is evicted or the
// process restarts, so all that is known of it lives in the object's storage.
import { Files } from "./files.ts";
import { Health } from "./health.ts";

interface StoredInstance {
  boot: number;
  startedAtMs: number;
  /** Infinity: never. */
  portsOpenAtMs: number;
  /** Infinity until it was told to exit. */
  exitAtMs: number;
}

export class Instance {
  readonly files: Files;
  readonly health: Health;
  readonly #kv: SyncKvStorage;

  constructor(storage: DurableObjectStorage) {
    this.#kv = storage.kv;
    this.files = new Files(this.#kv);
    this.health = new Health(this.#kv);
  }

  get record(): Readonly<StoredInstance> | undefined {
    return this.#kv.get<StoredInstance>("instance");
  }

  get running(): boolean {
    const record = this.record;
    return record !== undefined && Date.now() < record.exitAtMs;
  }

  start(bootMs: number): void {
    const boot = (this.#kv.get<number>("boots") ?? 0) + 1;
    const startedAtMs = Date.now();
    this.#kv.put("boots", boot);
    const portsOpenAtMs = startedAtMs + bootMs;
    this.#put({ boot, startedAtMs, portsOpenAtMs, exitAtMs: Infinity });
  }

  /** Makes it exit after `graceMs`; an exit that is due sooner stays as it is. */
  exitIn(graceMs: number): void {
    const record = this.record;
    if (!record) return;
    this.#put({ ...record, exitAtMs: Math.min(record.exitAtMs, Date.now() + graceMs) });
  }

  /** Takes it away with all that was in it; false if there was none. */
  remove(): boolean {
    this.files.clear();
    this.health.clear();
    return this.#kv.delete("instance");
  }

  /** Resolves when the ports answer; rejects at the deadline, and when the instance is gone. */
  async portsOpen(deadlineAtMs: number, waitIntervalMs: number): Promise<void> {
    for (;;) {
      const record = this.record;
      if (!record || !this.running) throw exitedEarly();
      const nowMs = Date.now();
      if (nowMs >= record.portsOpenAtMs) return;
      if (nowMs >= deadlineAtMs) throw new Error("the container is not listening");
      const lookAtMs = Math.min(record.portsOpenAtMs, deadlineAtMs, nowMs + waitIntervalMs);
      await new Promise((done) => setTimeout(done, lookAtMs - nowMs));
    }
  }

  #put(record: StoredInstance): void {
    this.#kv.put("instance", record);
  }
}

/** What the real class throws where a container ends while it is being started. */
export function exitedEarly(): Error {
  return new Error(
    "Container exited before we could determine the container health, exit code: 137",
  );
}
