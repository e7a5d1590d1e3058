/** The exports that each wasm module of the package has in addition to its own. */
interface Wasm {
  /** Replaces the running instance. Objects of the replaced instance throw when they are used. */
  __wbg_reset_state(): void;
  /** Registers a callback for the panics of the running instance. */
  onPanic(callback: () => void): void;
}

/** How often a pending call asks whether its instance still runs. */
const CHECK_MS = 1_000;

/**
 * The running instance of a wasm module. A trap ends it, and the next call runs in a new one. Traps
 * are Rust panics, which the panic hook reports, and the rest (memory or stack exhausted), which
 * the caller of `end` sees as an exception.
 */
export class Instance {
  readonly #wasm: Wasm;
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
   * so this one rejects then, within {@link CHECK_MS}. It asks by a timer of its own request: one
   * request cannot reliably settle a promise of another.
   */
  settled<T>(promise: Promise<T>): Promise<T> {
    const number = this.#number;
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const timer = setInterval(() => {
      if (this.#hasEnded || number !== this.#number) reject(new Error("the wasm instance ended"));
    }, CHECK_MS);
    return Promise.race([promise, ended]).finally(() => clearInterval(timer));
  }

  /** Ends the running instance. */
  end(): void {
    this.#hasEnded = true;
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
