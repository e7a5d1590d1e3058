import type { Sandbox } from "@cloudflare/sandbox";
import {
  createWarmPool,
  getWarmPool,
  WarmPool as WarmPoolClass,
  type ContainerNamespace,
  type PoolOptions,
  type PoolStats,
  type WarmPool,
  type WarmPoolClient,
} from "cf-warm-pool";
import type worker from "cf-warm-pool/worker";
import type { WarmPool as WorkersPool } from "cf-warm-pool/worker";
import type { Container } from "@cloudflare/containers";
import { same } from "./same.ts";

interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace<MyContainer>;
  SANDBOX: DurableObjectNamespace<Sandbox>;
  UNTYPED: DurableObjectNamespace;
}

declare class MyContainer extends Container<Env> {
  greet(name: string): Promise<string>;
}

declare const env: Env;

// A stub is of the class that the namespace is of.
const typed = createWarmPool(env.WARM_POOL, env.CONTAINER);
same<typeof typed, WarmPoolClient<MyContainer>>();
export const stub = await typed.getContainer("alice", { signal: new AbortController().signal });
same<typeof stub, DurableObjectStub<MyContainer>>();
same<Awaited<ReturnType<typeof stub.greet>>, string>();
export const found = await typed.lookupContainer("alice");
same<typeof found, DurableObjectStub<MyContainer> | null>();

// A sandbox's methods are there.
const sandbox = await createWarmPool(env.WARM_POOL, env.SANDBOX).getContainer("alice");
export const output: string = (await sandbox.exec("python3 -c 'print(2 + 2)'")).stdout;

// A namespace of nobody knows what gives a stub that can be fetched from.
const untyped = createWarmPool(env.WARM_POOL, env.UNTYPED, { warmTarget: 3 });
same<typeof untyped, WarmPoolClient>();
export const response: Response = await (await untyped.getContainer("alice")).fetch("http://x/");
type Untyped = Awaited<ReturnType<typeof untyped.getContainer>>;
same<"fetch" extends keyof Untyped ? true : false, true>();
same<"exec" extends keyof Untyped ? true : false, false>();

export const namespaces: ContainerNamespace<MyContainer>[] = [
  env.CONTAINER,
  env.CONTAINER.jurisdiction("eu"),
  { idFromName: (name) => env.CONTAINER.idFromName(name), get: (id) => env.CONTAINER.get(id) },
];

// The other methods.
same<ReturnType<typeof typed.releaseContainer>, Promise<boolean>>();
same<ReturnType<typeof typed.warmup>, Promise<void>>();
same<Parameters<typeof typed.warmup>, [count?: number | undefined]>();
same<ReturnType<typeof typed.prime>, Promise<void>>();
same<ReturnType<typeof typed.stats>, Promise<PoolStats>>();
same<ReturnType<typeof typed.shutdownPrewarmed>, Promise<void>>();
same<ReturnType<typeof typed.shutdown>, Promise<void>>();

// The pool's stub, as a container's onStop has it.
const pool = getWarmPool(env.WARM_POOL, "another");
same<typeof pool, DurableObjectStub<WarmPool>>();
same<Parameters<WarmPool["getContainer"]>, [id: string, options?: PoolOptions | undefined]>();
export const name: string = await pool.getContainer("alice", { warmTarget: 1 });
export const calls: Promise<void>[] = [
  pool.reportStopped("a container"),
  pool.configure({ warmTarget: 1 }),
  pool.prime(),
  pool.warmup(3),
  pool.shutdownPrewarmed(),
  pool.shutdown(),
];
export const released: boolean = await pool.releaseContainer("alice");
export const held: string | null = await pool.lookupContainer("alice");
export const warm: number = (await pool.getStats()).warm;

// The class may be given its Env, as the peer's is.
interface OwnEnv {
  WARM_POOL: DurableObjectNamespace<WarmPool<OwnEnv>>;
  CONTAINER: DurableObjectNamespace<MyContainer>;
}
declare const own: OwnEnv;
same<typeof owned, WarmPoolClient<MyContainer>>();
export const owned = createWarmPool(own.WARM_POOL, own.CONTAINER);
same<ReturnType<typeof getWarmPool>, DurableObjectStub<WarmPool>>();
export const ownPool = getWarmPool(own.WARM_POOL);
export class OwnPool extends WarmPoolClass<OwnEnv> {
  containers(): DurableObjectNamespace<MyContainer> {
    return this.env.CONTAINER;
  }
}

// Two entries, one class; and the Worker handles requests and schedules.
same<WorkersPool, WarmPool>();
same<typeof worker, ExportedHandler>();

// The namespace of a class of another Worker does not name the class (`script_name`).
same<typeof elsewhere, WarmPoolClient<MyContainer>>();
export const elsewhere = createWarmPool(env.UNTYPED, env.CONTAINER);
export const nowhere: WarmPoolClient = createWarmPool(env.UNTYPED, env.UNTYPED);
export const elsewheresPool: DurableObjectStub<WarmPool> = getWarmPool(env.UNTYPED, "another");
export const explicit = createWarmPool<MyContainer>(env.UNTYPED, env.CONTAINER);

/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- the compiler refuses it, too */
// @ts-expect-error -- the namespace of another class
createWarmPool(env.CONTAINER, env.CONTAINER);
// @ts-expect-error -- the two namespaces in the wrong order
createWarmPool(env.CONTAINER, env.WARM_POOL);
// @ts-expect-error -- the namespace of another class
getWarmPool(env.CONTAINER);
/* eslint-enable @typescript-eslint/no-unsafe-class-instance-assignment */
// @ts-expect-error -- a session's id is text
void typed.getContainer(1);
// @ts-expect-error -- an unknown option
createWarmPool(env.WARM_POOL, env.CONTAINER, { minWarm: 3 });
// @ts-expect-error -- an unknown option
void pool.configure({ minWarm: 3 });
