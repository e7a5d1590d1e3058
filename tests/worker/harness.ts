import {
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, vi } from "vitest";
import {
  createWarmPool,
  getWarmPool,
  type PoolStats,
  type WarmPool,
  type WarmPoolClient,
  type WarmPoolConfig,
} from "../../dist/index.js";
import type { TestContainer } from "./platform/container.ts";
import type { Faults, Ledger, StartFault } from "./platform/platform.ts";

// Every test begins with a platform on which nothing runs and nothing fails: objects, rows, alarms
// and KV of the test before it are gone. An object that went out of memory by itself, after some ten
// seconds without a call, would keep its storage: so the platform, whose name is the same in every
// test, is called first.
beforeEach(async () => {
  await ledger();
  await reset();
});

/** What really runs, whatever the pool believes. */
export function ledger(): Promise<Ledger> {
  return platform().ledger();
}

/** Changes what goes wrong; faults that are not named stay as they are. */
export async function setFaults(faults: Partial<Faults>): Promise<void> {
  await platform().setFaults(faults);
}

/** A container dies, and nobody is told. */
export async function kill(container: string): Promise<void> {
  await platform().kill(container);
}

/** A pool, by default one of a name of its own. */
export class TestPool {
  readonly name: string;
  readonly client: WarmPoolClient<TestContainer>;

  constructor(config: WarmPoolConfig = {}) {
    this.name = config.poolName ?? `pool ${crypto.randomUUID()}`;
    this.client = this.clientWith(config);
  }

  /** Another client of this pool. */
  clientWith(config: WarmPoolConfig): WarmPoolClient<TestContainer> {
    return createWarmPool(env.WARM_POOL, env.CONTAINER, { ...config, poolName: this.name });
  }

  /** A new stub: some errors break the one they came through. */
  get object(): DurableObjectStub<WarmPool> {
    return getWarmPool(env.WARM_POOL, this.name);
  }

  /** The name of the session's container. */
  async claim(session: string): Promise<string> {
    return nameOf(await this.client.getContainer(session));
  }

  stats(): Promise<PoolStats> {
    return this.client.stats();
  }

  /** The pool's figures, those that time alone changes put to 0. */
  async lastingStats(): Promise<PoolStats> {
    return Object.assign(await this.stats(), { idleMs: 0, oldestWarmMs: 0, oldestAssignedMs: 0 });
  }

  /** Runs the alarm; false if none is armed. */
  wake(): Promise<boolean> {
    return runDurableObjectAlarm(this.object);
  }

  /** Waits until nothing is under way and as many are warm as there should be. */
  async atRest(warm: number): Promise<PoolStats> {
    return eventually(async () => {
      const stats = await this.stats();
      const { starting, draining, stopping, waiting } = stats;
      const resting = starting + draining + stopping + waiting === 0 && stats.warm === warm;
      if (!resting) throw new Error(`not at rest: ${JSON.stringify(stats)}`);
      return stats;
    });
  }

  /** Ids of the containers the pool has a row of. */
  tracked(): Promise<string[]> {
    return runInDurableObject(this.object, (_, { storage }) =>
      storage.sql
        .exec<{ id: string }>("SELECT lower(hex(id)) AS id FROM container ORDER BY 1")
        .toArray()
        .map(({ id }) => id),
    );
  }

  /** The object's memory is thrown away as the platform does it to one that is idle. */
  async evict(): Promise<void> {
    await evictDurableObject(this.object);
  }

  /** The object's memory is thrown away in the middle of whatever it does. */
  async abort(): Promise<void> {
    const aborting = runInDurableObject(this.object, (_, state) =>
      state.abort("thrown away by a test"),
    );
    await errorOf(aborting);
  }
}

/** The name of the container that `stub` leads to. */
export function nameOf(stub: DurableObjectStub<TestContainer>): string {
  if (stub.name === undefined) throw new Error("a container is reached by its name");
  return stub.name;
}

/** Repeats `check` until it does not throw, for 30 s at most. */
export function eventually<T>(check: () => Promise<T>, timeout = 30_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 20 });
}

/** The code of the error that `call` ends with; fails if it ends with none. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const { code, message } = await errorOf(call);
  // Between objects the platform drops an error's fields, so the code is in its message too.
  return code ?? /\[(\w+)\]$/.exec(message)?.[1];
}

/** The error that `call` ends with; fails if it ends with none. */
export async function errorOf(call: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in answer && answer.error instanceof Error) {
    return answer.error as Error & Record<string, unknown>;
  }
  throw new Error(`an error was expected: ${JSON.stringify(answer)}`);
}

/** The same fault for each of the next `count` starts. */
export function times(count: number, fault: StartFault): StartFault[] {
  return Array.from({ length: count }, () => fault);
}

/** `prefix 0`, `prefix 1`, … */
export function sessions(count: number, prefix = "session"): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix} ${at}`);
}

function platform() {
  return env.PLATFORM.getByName("platform");
}

/** What the container answers at that path. */
export async function get(container: string, path: string): Promise<Response> {
  return env.CONTAINER.getByName(container).fetch(`http://container${path}`);
}

/** Leaves a file in the container, as a session would. */
export async function leaveFile(container: string, file: string, text: string): Promise<void> {
  const stub = env.CONTAINER.getByName(container);
  const url = `http://container/files/${file}`;
  const { status } = await stub.fetch(url, { method: "PUT", body: text });
  if (status !== 204) throw new Error(`the file was not written: ${status}`);
}

/** The container as it runs: which start of it, and when that was. */
export async function whoami(container: string): Promise<{ boot: number; started_at: number }> {
  return (await get(container, "/whoami")).json();
}
