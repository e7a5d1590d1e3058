// Counts the calls that a client makes to its pool.
import type { Env } from "./contenders.ts";

/** The same bindings, whose pools' stubs count. */
export function counting(env: Env, calls: { count: number }): Env {
  const [OURS, PEER, BRIDGE] = [env.OURS, env.PEER, env.BRIDGE].map((pools) => {
    const get = (id: DurableObjectId) => counted(pools.get(id), calls);
    return {
      idFromName: (name: string) => pools.idFromName(name),
      get,
      getByName: (name: string) => get(pools.idFromName(name)),
    };
  }) as never as [Env["OURS"], Env["PEER"], Env["BRIDGE"]];
  return { ...env, OURS, PEER, BRIDGE };
}

function counted<Stub extends object>(stub: Stub, calls: { count: number }): Stub {
  return new Proxy(stub, {
    get(target, method) {
      const call = Reflect.get(target, method) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        calls.count += 1;
        return Reflect.apply(call, target, args);
      };
    },
  });
}
