import * as workers from "cloudflare:workers";

/** Two namespaces make the same id of it only if they are of the same class and jurisdiction. */
const PROBE = "cf-warm-pool";

/** Where a pool finds the class of a namespace. */
export interface Place {
  containerBinding?: string;
  jurisdiction?: string;
}

/** Under what names namespaces were found. */
const found = new WeakMap<object, string>();

/**
 * The binding of `namespace`, and its jurisdiction if it is the part of a binding's in one. What is
 * not known the pool looks for itself.
 */
export function placeOf(namespace: object): Place {
  const env = workers.env as Record<string, unknown>;
  const known = found.get(namespace);
  if (known !== undefined && env[known] === namespace) return { containerBinding: known };
  const bindings = Object.entries(env);
  const bound = bindings.find(([, value]) => value === namespace);
  if (bound) {
    found.set(namespace, bound[0]);
    return { containerBinding: bound[0] };
  }
  try {
    const id = (namespace as DurableObjectNamespace).idFromName(PROBE);
    const jurisdiction = id.jurisdiction as DurableObjectJurisdiction | undefined;
    const around = bindings.find(([, value]) => makes(id, value, jurisdiction));
    return {
      ...(around && { containerBinding: around[0] }),
      ...(jurisdiction !== undefined && { jurisdiction }),
    };
  } catch {
    return {};
  }
}

function makes(
  id: DurableObjectId,
  binding: unknown,
  jurisdiction: DurableObjectJurisdiction | undefined,
): boolean {
  if (!isNamespace(binding)) return false;
  try {
    const part = jurisdiction === undefined ? binding : binding.jurisdiction(jurisdiction);
    return part.idFromName(PROBE).equals(id);
  } catch {
    return false;
  }
}

/** By its class: a binding of a service seems to have any method, and calling one is a request. */
function isNamespace(binding: unknown): binding is DurableObjectNamespace {
  const prototype = Object.getPrototypeOf(Object(binding)) as object | null;
  return prototype?.constructor.name === "DurableObjectNamespace";
}
