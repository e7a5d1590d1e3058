/** What `getState()` answers. */
export interface State {
  status: "running" | "healthy" | "stopped" | "stopped_with_code";
  /** When it became that, ms since 1970. */
  lastChange: number;
  exitCode?: number;
}

/** The state as it is stored: a word that stays `healthy` until somebody notices an exit. */
export class StoredState {
  readonly #kv: SyncKvStorage;

  constructor(storage: DurableObjectStorage) {
    this.#kv = storage.kv;
  }

  get current(): State {
    return this.#kv.get<State>("state") ?? this.become("stopped");
  }

  become(status: State["status"], exitCode?: number): State {
    const state = { status, lastChange: Date.now(), ...(exitCode !== undefined && { exitCode }) };
    this.#kv.put("state", state);
    return state;
  }
}
