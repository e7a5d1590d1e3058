import { Container } from "@cloudflare/containers";
import { pooled } from "cf-warm-pool";

export class MyContainer extends pooled(Container)<Env> {
  override defaultPort = 8080;
  override sleepAfter = "5m";
}
import { getSandbox, Sandbox } from "@cloudflare/sandbox";
import {
  createWarmPool,
  type PoolableContainer,
  type PooledOptions,
  type WarmPool,
} from "cf-warm-pool";
import { same } from "./same.ts";

interface Env {
  WARM_POOL: DurableObjectNamespace<WarmPool>;
  CONTAINER: DurableObjectNamespace<Own>;
  SANDBOX: DurableObjectNamespace<MySandbox>;
}

declare const env: Env;

// The class is what it was, generic or not.
same<typeof Container, ReturnType<typeof pooled<typeof Container>>>();
same<typeof Sandbox, ReturnType<typeof pooled<typeof Sandbox>>>();

// What a subclass defines is there, over RPC too, and may be passed in again.
class Own extends MyContainer {
  override async onStop(): Promise<void> {
    await Promise.resolve();
  }

  answer(question: string): number {
    return question.length;
  }
}

const container = await createWarmPool(env.WARM_POOL, env.CONTAINER).getContainer("alice");
same<number, Awaited<ReturnType<typeof container.answer>>>();
// @ts-expect-error -- not the class's own argument
await container.answer(7);

export class Again extends pooled(Own, { poolBinding: "POOL", poolName: "python" }) {}
same<(question: string) => number, Again["answer"]>();

export class MySandbox extends pooled(Sandbox)<Env> {}
await getSandbox(env.SANDBOX, "alice").exec("ls");

// @ts-expect-error -- an option that is none
pooled(Container, { poolname: "python" });
// @ts-expect-error -- not a string
pooled(Container, { poolName: 7 });
// @ts-expect-error -- not a container class
pooled(class {});

const options: PooledOptions = { poolBinding: "POOL", poolName: "python" };
pooled(Container, options);
// @ts-expect-error -- not an option
pooled(Container, { pool: "python" });
same<true, Container extends PoolableContainer ? true : false>();
// @ts-expect-error -- no container class
pooled(class {});
