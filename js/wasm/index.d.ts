/** What wasm-bindgen exports from the Rust crate; the real file lies in dist/wasm. */

export declare function __wbg_reset_state(): void;
export declare function onPanic(panicked: () => void): void;

/** The pool object in Rust. Answers are JSON text; nothing throws short of a panic. */
export declare class PoolObject {
  /** `legacy` is what an earlier package stored; `forgetLegacy` is called when it is taken over. */
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

/** The namespaces that a client calls, in its jurisdiction. */
export interface Targets {
  pools: DurableObjectNamespace;
  poolId: DurableObjectId;
  /** The second argument of `pools.get`. */
  poolOptions: DurableObjectNamespaceGetDurableObjectOptions | undefined;
  containers: DurableObjectNamespace;
}

/** The part of the client that is written in Rust: what it checks, and the hint cache. */
export declare class PoolClient {
  constructor(
    pools: unknown,
    containers: unknown,
    poolName: unknown,
    config: string,
    hints: unknown,
    keepAlive: (work: Promise<unknown>) => void,
  );
  /** Returns what the client calls, or an error's JSON text. */
  targets(): Targets | string;
  /** Returns undefined if the container namespace is usable, else an error's JSON text. */
  checkContainers(): string | undefined;
  /** Returns a stub of that container, or an error's JSON text. */
  container(name: string, id: string): unknown;
  /** Resolves to a grant's JSON text if a hint names a container that confirms it. */
  hinted(session: string): Promise<string | undefined>;
  /** Writes the hint that the pool's answer to a claim allows, after the answer. */
  remember(session: string, answer: string): void;
  /** Deletes the hint of a session, after the answer. */
  forgetHint(session: unknown): void;
  /** Returns the error's JSON text for a claim whose call to the pool threw `error`. */
  unasked(error: unknown): string;
  /** Returns the error's JSON text for a session id that the client does not send. */
  refused(session: unknown): string;
}
