/** What is recorded of a container's state. */
export interface Recorded {
  status: "running" | "healthy" | "stopped" | "stopped_with_code";
  /** When it became that, ms since 1970. */
  lastChange: number;
  exitCode?: number;
}

/** What `getState()` answers. */
export interface State extends Recorded {
  /** Requests under way, streams and WebSockets included. The real class does not tell it. */
  inFlight: number;
}

/** The state as it is stored: a word that stays `healthy` until somebody notices an exit. */
export class StoredState {
  readonly #kv: SyncKvStorage;

  constructor(storage: DurableObjectStorage) {
    this.#kv = storage.kv;
  }

  get current(): Recorded {
    return this.#kv.get<Recorded>("state") ?? this.become("stopped");
  }

  become(status: Recorded["status"], exitCode?: number): Recorded {
    const state = { status, lastChange: Date.now(), ...(exitCode !== undefined && { exitCode }) };
    this.#kv.put("state", state);
    return state;
  }
}
