import type { ContainerNamespace, WarmPoolClient } from "./types/client.js";
import type { WarmPoolConfig } from "./types/options.js";

/** A client, and what it was made with. */
interface Made {
  containerNamespace: object;
  config: WarmPoolConfig;
  client: WarmPoolClient;
}

/** The client last made with each pool namespace. */
const last = new WeakMap<object, Made>();

/**
 * The client that `make` makes, or the one it made last with the same: a Worker makes one for each
 * request, always from the same, which costs a tenth of a claim. A client knows of no request.
 */
export function remembered<T extends Rpc.DurableObjectBranded | undefined>(
  poolNamespace: object,
  containerNamespace: ContainerNamespace<T>,
  config: WarmPoolConfig,
  make: () => WarmPoolClient<T>,
): WarmPoolClient<T> {
  const made = last.get(poolNamespace);
  if (made && isOf(made, containerNamespace, config)) return made.client as WarmPoolClient<T>;
  const client = make();
  if (isObject(poolNamespace) && Object.entries(config).every(isFixed)) {
    last.set(poolNamespace, {
      containerNamespace,
      config: { ...config },
      client,
    });
  }
  return client;
}

function isOf(made: Made, containerNamespace: object, config: WarmPoolConfig): boolean {
  return made.containerNamespace === containerNamespace && isSame(made.config, config);
}

function isSame(one: WarmPoolConfig, other: WarmPoolConfig): boolean {
  for (const name in one) {
    const option = name as keyof WarmPoolConfig;
    if (one[option] !== other[option] || !(name in other)) return false;
  }
  for (const name in other) if (!(name in one)) return false;
  return true;
}

/** What an object says could change without its being another; a binding does not. */
function isFixed([name, value]: [string, unknown]): boolean {
  return name === "idCache" || !isObject(value);
}

function isObject(value: unknown): boolean {
  return Object(value) === value;
}
