import { Container } from "@cloudflare/containers";
import { env } from "cloudflare:workers";
import { expectTypeOf, test } from "vitest";
import { createWarmPool, pooled } from "../../dist/index.js";
import type { TestContainer } from "./platform/container.ts";

interface OwnEnv {
  SECRET: string;
}

class Own extends pooled(Container)<OwnEnv> {
  override defaultPort = 8080;
  override sleepAfter = "5m";

  override async onStop(): Promise<void> {
    await Promise.resolve();
  }

  answer(question: string): number {
    return question.length + this.env.SECRET.length;
  }
}

class Outer extends Own {
  override answer(): number {
    return 42;
  }
}

export class Again extends pooled(Outer, { poolName: "python" }) {}

declare const namespace: DurableObjectNamespace<Own>;

// What these would do is of no interest: that they compile is the test.
export const typed = {
  ownMethods: () => namespace.getByName("one").answer("?"),
  client: () => createWarmPool(env.WARM_POOL, namespace).getContainer("alice"),
  wrong: () => {
    // @ts-expect-error -- an option that is none
    pooled(Container, { poolname: "python" });
    // @ts-expect-error -- not a container class
    pooled(class {});
    // @ts-expect-error -- not the class's own argument
    void namespace.getByName("one").answer(7);
  },
};

test("a class that went through pooled has the types it had", () => {
  const same: typeof Container = pooled(Container);
  expectTypeOf(same).toBeConstructibleWith(undefined as never, env);
  expectTypeOf<Own["answer"]>().toEqualTypeOf<(question: string) => number>();
  expectTypeOf<InstanceType<typeof Again>>().toExtend<Outer>();
  expectTypeOf<ReturnType<typeof typed.ownMethods>>().resolves.toEqualTypeOf<number>();
  expectTypeOf<Awaited<ReturnType<typeof typed.client>>>().toExtend<DurableObjectStub<Own>>();
  expectTypeOf(env.POOLED).toExtend<DurableObjectNamespace<TestContainer>>();
});
