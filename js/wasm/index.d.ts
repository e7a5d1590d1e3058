/** What wasm-bindgen exports from the Rust crate; the real file lies in dist/wasm. */

export declare function __wbg_reset_state(): void;
export declare function onPanic(panicked: () => void): void;

/** The pool object in Rust. Answers are JSON text; nothing throws short of a panic. */
export declare class PoolObject {
  /**
   * `legacy` is what an earlier package stored, and `forgetLegacy` is called when it is taken over.
   */
  constructor(
    ctx: DurableObjectState,
    env: unknown,
    legacy: string | undefined,
    forgetLegacy: () => void,
  );
  claim(
    session: unknown,
    config: string | undefined,
    ticket: string | undefined,
  ): string | Promise<string>;
  /** Claims that came at once, each with what {@link claim} is given, and their answers. */
  claimAll(
    calls: [unknown, string | undefined, string | undefined][],
  ): (string | Promise<string>)[];
  leave(ticket: string): string | null;
  release(session: unknown): boolean | string;
  warmup(count: number | undefined): string | null;
  lookup(session: unknown): string | null;
  explain(session: unknown): string;
  prime(config: string | undefined): string | null;
  activity(): string;
  configure(config: string | undefined): string | null;
  reportStopped(container: unknown, generation: number | undefined): string | null;
  shutdownPrewarmed(): string | null;
  shutdown(): string | null;
  stats(): string;
  alarm(): void;
}

/** The client in Rust: hint cache first, then the pool. */
export declare class PoolClient {
  constructor(
    pools: unknown,
    containers: unknown,
    poolName: unknown,
    config: string,
    jurisdiction: unknown,
    locationHint: unknown,
    hints: unknown,
    keepAlive: (work: Promise<unknown>) => void,
  );
  /** A stub, or an error's JSON text. */
  pool(): unknown;
  /** A stub, or an error's JSON text. */
  container(name: string, id: string): unknown;
  claim(session: unknown, ticket: string | undefined): Promise<string>;
  /** What a claim is answered with whose call to the pool threw `error`. */
  unasked(error: unknown): string;
  /** The pool's answer, or the error it is. */
  checked(answer: unknown): string;
  forgetHint(session: unknown): void;
}
