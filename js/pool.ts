import { DurableObject } from "cloudflare:workers";

import { Batch, type Answer, type Call } from "./batch.js";
import { forgetLegacy, legacyText } from "./legacy.js";
import { optionsText } from "./options.js";
import { readGrant, throwIfError, type Grant } from "./error.js";
import type { Explanation } from "./types/explanation.js";
import type { PoolOptions } from "./types/options.js";
import type { PoolStats } from "./types/stats.js";
import { isTrap } from "./instance.js";
import { instance, PoolObject } from "./wasm.js";

const TEXT_CALLS = [
  "activity",
  "explain",
  "leave",
  "lookup",
  "release",
  "reportStopped",
  "shutdown",
  "shutdownPrewarmed",
  "warmup",
] as const;
type TextCall = (typeof TEXT_CALLS)[number];

/**
 * The pool's Durable Object. The runtime serves RPC only from classes that
 * extend `DurableObject`, so this one does, and hands everything to Rust.
 *
 * Export it from your Worker and bind it, with a `new_sqlite_classes` migration.
 */
export class WarmPool<Env = Cloudflare.Env> extends DurableObject<Env> {
  readonly #object: PoolObject;
  readonly #instance = instance.current();
  readonly #batch = new Batch(
    () => this.ctx.storage.sync(),
    (calls) => this.#claimAll(calls),
  );

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { kv } = ctx.storage;
    this.#object = new PoolObject(ctx, env, legacyText(kv), () => forgetLegacy(kv));
  }

  /**
   * The name of the session's container: the one it holds, else the one warm
   * longest, else one that starts for it.
   *
   * @param id 1 to 512 bytes of UTF-8 without control characters
   * @param options what the pool should be; left out: what it is
   * @throws {WarmPoolError} with a `code`; the pool is as it was
   */
  async getContainer(id: string, options?: PoolOptions): Promise<string> {
    return readGrant(await this.claim(id, options && optionsText(options))).name;
  }

  /**
   * {@link getContainer} for this package's own client: JSON text in and out.
   *
   * @param ticket what {@link leave} may be called with, if the caller goes away
   */
  claim(session: unknown, config?: string, ticket?: string): string | Promise<string> {
    const answer = this.#batch.join([session, config, ticket]);
    if (answer) return answer;
    return this.#guarded((object) => this.#settled(object.claim(session, config, ticket)));
  }

  #claimAll(calls: Call[]): Answer[] {
    return this.#guarded((object) => object.claimAll(calls).map((answer) => this.#settled(answer)));
  }

  /** A panic while an answer is pending ends the object, whichever object of the isolate panicked. */
  #settled(answer: Answer): Answer {
    return typeof answer === "string"
      ? answer
      : instance.settled(answer).catch((panic: unknown) => this.#panicked(panic));
  }

  /** The caller that claimed with `ticket` has gone away, and is to get nothing. */
  async leave(ticket: string): Promise<void> {
    throwIfError(await this.#run((object) => object.leave(ticket)));
  }

  /**
   * Takes the container of session `id` away from it, as `onRelease` says. Requests under way may
   * finish first, for at most `drainTimeout`. The session's next claim gets another container.
   *
   * @returns whether the session had a container
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  async releaseContainer(id: string): Promise<boolean> {
    const released = await this.#run((object) => object.release(id));
    return typeof released === "boolean" ? released : throwIfError(released);
  }

  /**
   * Has the pool fill itself, before any session comes and after a shut-down.
   *
   * @param options what the pool should be; left out: what it is
   * @throws {WarmPoolError} `invalid_config`; the pool is as it was
   */
  async prime(options?: PoolOptions): Promise<void> {
    throwIfError(await this.primeText(options && optionsText(options)));
  }

  /**
   * Has `count` containers warm, once, also where that is more than `warmTarget`: those beyond it
   * stay until sessions have taken them, the pool is shut down, or `warmTarget` changes.
   *
   * @param count 1 to 1000; left out: `warmTarget`
   * @throws {WarmPoolError} `invalid_config`; the pool is as it was
   */
  async warmup(count?: number): Promise<void> {
    throwIfError(await this.#run((object) => object.warmup(count)));
  }

  /**
   * The name of the container that session `id` holds, `null` if it holds none. Asking claims
   * nothing and starts nothing.
   *
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  async lookupContainer(id: string): Promise<string | null> {
    const grant = throwIfError<Grant | null>(await this.#run((object) => object.lookup(id)));
    return grant?.name ?? null;
  }

  /**
   * The calls without a configuration for this package's own Worker and for Rust Workers, which read
   * an error as JSON text: between objects the platform drops an error's own fields.
   *
   * @returns what `call` is answered with: nothing, a boolean, or JSON text
   */
  async callText(call: TextCall, argument?: unknown): Promise<boolean | string | null> {
    if (!TEXT_CALLS.includes(call)) throw new TypeError(`there is no call ${call}`);
    return this.#run((object) => object[call](argument as never, undefined));
  }

  /**
   * What happened to the containers of session `id`, and why it has the one it has: each step with
   * its time and cause, as far as it is kept.
   *
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  async explain(id: string): Promise<Explanation> {
    return throwIfError(await this.#run((object) => object.explain(id)));
  }

  /** {@link prime} for this package's own Worker: an error's JSON text, or null. */
  async primeText(config: string | undefined): Promise<string | null> {
    return this.#run((object) => object.prime(config));
  }

  /**
   * Tells the pool that a container has stopped, best from its `onStop`. Its
   * session gets a new one with its next request, and the pool is filled up.
   *
   * @param container its id (`this.ctx.id.toString()`) or its name; one that
   *   the pool does not know changes nothing
   * @param generation which life of it has ended, as `pooled` knows it; left
   *   out: the one there is
   */
  async reportStopped(container: string, generation?: number): Promise<void> {
    throwIfError(await this.#run((object) => object.reportStopped(container, generation)));
  }

  /** The pool's figures. Asking changes nothing. */
  async getStats(): Promise<PoolStats> {
    return throwIfError(await this.statsText());
  }

  /** {@link getStats} for this package's own client: JSON text. */
  async statsText(): Promise<string> {
    return this.#run((object) => object.stats());
  }

  /**
   * Says what the pool should be: what is named, over the defaults. This takes effect also where a
   * configuration that a caller brings would be passed over, since another replaced it; not against
   * a later `revisionOrder`. Callers with another configuration that was in force before it are
   * passed over from then on, while this one is asked for.
   *
   * @throws {WarmPoolError} `invalid_config`, naming option, value and bounds;
   *   the pool is as it was
   */
  async configure(options: PoolOptions): Promise<void> {
    const text = optionsText(options);
    throwIfError(await this.#run((object) => object.configure(text)));
  }

  /**
   * Stops every container that belongs to no session. Returns when all are
   * recorded as stopping; the pool stays empty until a new session comes or
   * its configuration changes.
   */
  async shutdownPrewarmed(): Promise<void> {
    throwIfError(await this.#run((object) => object.shutdownPrewarmed()));
  }

  /**
   * Stops every container. Those of sessions may finish the requests under way, for at most
   * `drainTimeout`. Returns when all are recorded as draining or stopping; the pool stays empty
   * until a new session comes, it is primed, or its configuration changes.
   */
  async shutdown(): Promise<void> {
    throwIfError(await this.#run((object) => object.shutdown()));
  }

  override async alarm(): Promise<void> {
    await this.#run((object) => object.alarm());
  }

  /** Rust answers with errors and never throws: what comes out is a panic. */
  async #run<T>(work: (object: PoolObject) => T): Promise<T> {
    try {
      this.#batch.end();
      return work(this.#alive());
    } catch (panic) {
      return this.#panicked(panic);
    }
  }

  /** The same for claims themselves, which are answered at once and follow each other anyway. */
  #guarded<T>(work: (object: PoolObject) => T): T {
    try {
      return work(this.#alive());
    } catch (panic) {
      return this.#panicked(panic);
    }
  }

  /** An object whose wasm instance ended has lost its memory. */
  #alive(): PoolObject {
    if (instance.current() !== this.#instance) throw new Error("its wasm instance ended");
    return this.#object;
  }

  #panicked(panic: unknown): never {
    if (isTrap(panic)) instance.end();
    this.ctx.abort(`the pool panicked and restarts from its rows: ${String(panic)}`);
    throw panic;
  }
}
