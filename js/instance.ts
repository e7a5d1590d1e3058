/** The exports that each wasm module of the package has in addition to its own. */
interface Wasm {
  /** Replaces the running instance. Objects of the replaced instance throw when they are used. */
  __wbg_reset_state(): void;
  /** Registers a callback for the panics of the running instance. */
  onPanic(callback: () => void): void;
}

/**
 * The running instance of a wasm module. A trap ends it, and the next call runs in a new one. Traps
 * are Rust panics, which the panic hook reports, and the rest (memory or stack exhausted), which
 * the caller of `end` sees as an exception.
 */
export class Instance {
  readonly #wasm: Wasm;
  readonly #waiting = new Set<(reason: Error) => void>();
  #number = 0;
  #hasEnded = false;

  constructor(wasm: Wasm) {
    this.#wasm = wasm;
    this.#watch();
  }

  /** Returns the number of the running instance, after it replaced one that ended. */
  current(): number {
    if (this.#hasEnded) {
      this.#hasEnded = false;
      this.#number += 1;
      this.#wasm.__wbg_reset_state();
      this.#watch();
    }
    return this.#number;
  }

  /**
   * Waits for a promise of the running instance. An instance that ends cannot settle its promises,
   * so this one rejects then.
   */
  settled<T>(promise: Promise<T>): Promise<T> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    return Promise.race([promise, ended]).finally(() => this.#waiting.delete(reject));
  }

  /** Ends the running instance. */
  end(): void {
    this.#hasEnded = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const reject of waiting) reject(new Error("the wasm instance ended by a panic"));
  }

  #watch(): void {
    const number = this.#number;
    this.#wasm.onPanic(() => {
      if (number === this.#number) this.end();
    });
  }
}

/** Returns whether wasm threw `error` because it cannot go on. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}
