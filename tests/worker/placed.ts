// The platform's jurisdictions, which workerd has not.
import { pooled, WarmPool } from "../../dist/index.js";
import { TestContainer } from "./platform/container.ts";

type Namespace<T extends Rpc.DurableObjectBranded | undefined> = DurableObjectNamespace<T>;

/** A namespace whose part in a jurisdiction makes other ids of the same names, and that remembers. */
export class Parts<T extends Rpc.DurableObjectBranded | undefined> {
  /** What `get` was told, of all parts. */
  readonly near: unknown[];
  readonly #all: Namespace<T>;
  readonly #jurisdiction: string | undefined;

  constructor(all: Namespace<T>, jurisdiction?: string, near: unknown[] = []) {
    this.#all = all;
    this.#jurisdiction = jurisdiction;
    this.near = near;
  }

  idFromName(name: string): DurableObjectId {
    const jurisdiction = this.#jurisdiction;
    const id = this.#all.idFromName(jurisdiction === undefined ? name : `${jurisdiction} ${name}`);
    return Object.defineProperty(id, "jurisdiction", { value: jurisdiction });
  }

  get(
    id: DurableObjectId,
    options?: DurableObjectNamespaceGetDurableObjectOptions,
  ): DurableObjectStub<T> {
    this.near.push(options?.locationHint);
    return this.#all.get(id, options);
  }

  jurisdiction(name: string): Parts<T> {
    if (this.#jurisdiction !== undefined) throw new TypeError("this is a part already");
    if (name !== "eu" && name !== "us") throw new TypeError(`no jurisdiction ${name}`);
    return new Parts(this.#all, name, this.near);
  }

  /** As who takes namespaces for what they are expects them. */
  get namespace(): Namespace<T> {
    return this as unknown as Namespace<T>;
  }
}

/** The pool's class on a platform with jurisdictions. */
export class PlacedPool extends WarmPool {
  readonly containers: Parts<TestContainer>;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    const containers = new Parts(env.CONTAINER);
    const placed = new Parts(env.PLACED).namespace;
    super(ctx, { ...env, CONTAINER: containers.namespace, PLACED: placed });
    this.containers = containers;
  }
}

/** A container class there, whose pool is in the European Union. */
export class Placed extends pooled(TestContainer, {
  poolBinding: "PLACED_POOL",
  poolName: "of the placed",
  jurisdiction: "eu",
}) {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, { ...env, PLACED_POOL: new Parts(env.PLACED_POOL).namespace });
  }
}
