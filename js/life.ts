/** What a container keeps in its object's storage, from the pool's first start of it on. */
interface Recorded {
  /** Which life of it runs or ran last. */
  generation: number;
  /** SHA-256 of the session it was told it serves, in hex; null until it is told. */
  session: string | null;
  /** This life is over: it was destroyed, it ended, or its clean-up failed. */
  letGo: boolean;
  /** The pool was told that it has ended. */
  reported: boolean;
}

/** What a client that holds a hint, or has just had the pool's answer, asks a container. */
export interface Ask {
  session: string;
  generation: number;
  /** The pool has just given the container to the session. */
  granted?: boolean;
}

/** No other key of `Container` or `Sandbox` begins like this. */
const KEY = "cf-warm-pool:life";

/** The life of one container, as its pool and its sessions told it. */
export class Life {
  readonly #kv: SyncKvStorage;
  readonly #report: (generation: number) => void;
  #record: Recorded | undefined;
  /** Of the object's `fetch`, until there is a response: from there on its class counts. */
  fetchesUnderWay = 0;
  #startsUnderWay = 0;

  /** @param report tells the pool that a life has ended; it does not throw */
  constructor(storage: DurableObjectStorage, report: (generation: number) => void) {
    this.#kv = storage.kv;
    this.#report = report;
    this.#record = this.#kv.get<Recorded>(KEY);
  }

  /** Whether a pool ever started it. Without one it is as its class made it. */
  get isPools(): boolean {
    return this.#record !== undefined;
  }

  get isLetGo(): boolean {
    return this.#record?.letGo === true;
  }

  /** Whether the pool's start of this life is under way. */
  get isStarting(): boolean {
    return this.#startsUnderWay > 0 && !this.isLetGo;
  }

  /**
   * Runs the pool's start of a life.
   *
   * @throws {Error} where that life is over, or a later one has begun: a start that comes late must
   *   not bring back what the pool has destroyed
   */
  async start<T>(generation: number, start: () => Promise<T>): Promise<T> {
    const record = this.#record;
    if (record && record.generation > generation) {
      throw new Error(
        `the start of life ${generation} came late: life ${record.generation} has begun`,
      );
    }
    if (record?.generation === generation && record.letGo) {
      throw new Error(`the start of life ${generation} came late: that life is over`);
    }
    this.#put({ generation, session: null, letGo: false, reported: false });
    this.#startsUnderWay += 1;
    try {
      return await start();
    } finally {
      this.#startsUnderWay -= 1;
    }
  }

  /** Somebody ends it, the pool or another. */
  letGo(): void {
    const record = this.#record;
    if (record) this.#put({ ...record, session: null, letGo: true });
  }

  /**
   * Its instance does not run. Told again it changes nothing. While a start is under way it is that
   * start's to fail, and what ended may be the life before.
   */
  ended(): void {
    const record = this.#record;
    if (!record || record.reported || this.#startsUnderWay > 0) return;
    this.#put({ ...record, session: null, letGo: true, reported: true });
    this.#report(record.generation);
  }

  /**
   * Runs a clean-up, after which another life begins. The session is forgotten first, so that
   * nobody is led into the middle of it.
   *
   * @returns whether the life has begun; if not, this one is over
   */
  async reset(generation: number | undefined, reset: () => Promise<unknown>): Promise<boolean> {
    const record = this.#record;
    if (!record) return (await reset()) === true;
    const next = generation ?? record.generation + 1;
    if (record.letGo || next <= record.generation) return false;
    this.#put({ ...record, generation: next, session: null });
    let done = false;
    try {
      done = (await reset()) === true;
    } finally {
      if (!done) this.letGo();
    }
    return !this.isLetGo;
  }

  /** Whether it is in that life and serves that session; undefined where no pool started it. */
  serves(digest: string, { generation, granted }: Ask): boolean | undefined {
    const record = this.#record;
    if (!record) return undefined;
    if (record.letGo || record.generation !== generation) return false;
    if (record.session === null && granted === true) {
      this.#put({ ...record, session: digest });
      return true;
    }
    return record.session === digest;
  }

  /** Writes the record again where somebody has emptied the object's storage. */
  keep(): void {
    if (this.#record && !this.#kv.get(KEY)) this.#put(this.#record);
  }

  #put(record: Recorded): void {
    this.#record = record;
    this.#kv.put(KEY, record);
  }
}

export function isAsk(value: unknown): value is Ask {
  const { session, generation } = (value ?? {}) as Partial<Ask>;
  return typeof session === "string" && typeof generation === "number";
}

/** SHA-256 in hex. */
export async function digestOf(session: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(session));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
