import type { WarmPool } from "./pool.js";

/** The binding of {@link WarmPool}, whatever `Env` its class has. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any Env
type TypedNamespace = DurableObjectNamespace<WarmPool<any>>;

/**
 * The binding of {@link WarmPool}. For a class of another Worker (`script_name`), `wrangler types`
 * generates a namespace that does not name the class.
 */
export type PoolNamespace = TypedNamespace | DurableObjectNamespace;

/** Refuses the binding of another class, which may be used as a namespace that names no class. */
export type UnlessOther<N> = N extends TypedNamespace
  ? unknown
  : DurableObjectNamespace extends N
    ? unknown
    : TypedNamespace;
