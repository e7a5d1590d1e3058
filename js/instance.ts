/** What each wasm of the package has beside its own. */
interface Wasm {
  /** Instantiates it anew. What the last instance made throws from then on. */
  __wbg_reset_state(): void;
  onPanic(panicked: () => void): void;
}

/** The running instance of a wasm, which a panic ends. */
export class Instance {
  readonly #wasm: Wasm;
  #number = 0;
  #ended = false;

  constructor(wasm: Wasm) {
    this.#wasm = wasm;
    // What Rust's hook is not told of: memory that ran out, a stack too deep.
    const listen = addEventListener as (type: string, heard: (event: ErrorEvent) => void) => void;
    listen("error", ({ error }) => {
      if (error instanceof WebAssembly.RuntimeError) this.end();
    });
    this.#begin();
  }

  /** Its number, after the one that has ended was replaced. To be asked before each call into it. */
  current(): number {
    if (this.#ended) {
      this.#ended = false;
      this.#number += 1;
      this.#wasm.__wbg_reset_state();
      this.#begin();
    }
    return this.#number;
  }

  /** It panicked. */
  end(): void {
    this.#ended = true;
  }

  #begin(): void {
    const number = this.#number;
    this.#wasm.onPanic(() => {
      if (number === this.#number) this.end();
    });
  }
}
