import type { Explanation } from "./explanation.js";
import type { PoolStats } from "./stats.js";

/**
 * A pool, from a Worker's side.
 *
 * `T` is the container class, so that its own methods can be called on the stub.
 */
export interface WarmPoolClient<T extends Rpc.DurableObjectBranded | undefined = undefined> {
  /**
   * The container of session `id`: the one it holds, else a warm one, else one that is started.
   * Asking again is safe, also while the first ask is under way.
   *
   * @param id the session's id: 1 to 512 bytes of UTF-8 without control characters
   * @param options `signal`: ends the wait when it is aborted, so that who has gone away takes no
   *   container from who still waits; for example the `signal` of the request
   * @returns a stub of its container, ready for `fetch`
   * @throws {WarmPoolError} within a bounded time, when there is no container to be had
   */
  getContainer(id: string, options?: { signal?: AbortSignal }): Promise<DurableObjectStub<T>>;

  /**
   * Takes the container of session `id` away from it, as `onRelease` says. Requests under way may
   * finish first, for at most `drainTimeout`. The session's next claim gets another container.
   *
   * @returns whether the session had a container
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  releaseContainer(id: string): Promise<boolean>;

  /**
   * The container that session `id` holds, `null` if it holds none. Asking claims nothing and
   * starts nothing.
   *
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  lookupContainer(id: string): Promise<DurableObjectStub<T> | null>;

  /**
   * What happened to the containers of session `id`, and why it has the one it has: each step with
   * its time and cause, as far as it is kept.
   *
   * @throws {WarmPoolError} `invalid_session` where `id` is none
   */
  explain(id: string): Promise<Explanation>;

  /**
   * Has `count` containers warm, once, also where that is more than `warmTarget`: those beyond it
   * stay until sessions have taken them, the pool is shut down, or `warmTarget` changes.
   *
   * @param count 1 to 1000; left out: `warmTarget`
   * @throws {WarmPoolError} `invalid_config`; the pool is as it was
   */
  warmup(count?: number): Promise<void>;

  /**
   * Has the pool fill itself, before any session comes: after a deploy, or from a `scheduled`
   * handler. Doing it again starts nothing twice.
   *
   * @throws {WarmPoolError} `invalid_config` for a wrong option; the pool is as it was
   */
  prime(): Promise<void>;

  /**
   * The pool's figures. Asking changes nothing and starts nothing.
   *
   * @throws {WarmPoolError} `pool_unavailable` when the pool does not answer
   */
  stats(): Promise<PoolStats>;

  /**
   * Stops the warm containers, and those that start for nobody; resolves when all of them are
   * recorded as stopping. Containers of sessions stay. The pool fills itself again when a new
   * session claims or its configuration changes.
   *
   * @throws {WarmPoolError} `pool_unavailable` when the pool does not answer
   */
  shutdownPrewarmed(): Promise<void>;

  /**
   * Stops every container. Those of sessions may finish the requests under way, for at most
   * `drainTimeout`. The pool stays empty until a new session comes, it is primed, or its
   * configuration changes.
   *
   * @throws {WarmPoolError} `pool_unavailable` when the pool does not answer
   */
  shutdown(): Promise<void>;
}

/** What a client needs of the container class's namespace; the binding is one. */
export interface ContainerNamespace<T extends Rpc.DurableObjectBranded | undefined = undefined> {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): DurableObjectStub<T>;
}
