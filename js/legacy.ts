/** Where `cf-container-warm-pool`, and the Sandbox SDK's bridge after it, keep what they know. */
const KEYS = ["warmContainers", "assignments", "config", "knownMaxInstances"];

/**
 * What a pool of theirs left in the object: a JSON object with a JSON text to each key, whatever it
 * holds. Undefined where there is none of them.
 */
export function legacyText(kv: SyncKvStorage): string | undefined {
  const found = KEYS.flatMap((key) => {
    const value = kv.get(key);
    return value === undefined ? [] : [[key, jsonText(value)]];
  });
  return found.length === 0 ? undefined : JSON.stringify(Object.fromEntries(found));
}

/** The pool has taken over what they left. */
export function forgetLegacy(kv: SyncKvStorage): void {
  for (const key of KEYS) kv.delete(key);
}

/** An entry that has no JSON spoils no other. */
function jsonText(value: unknown): string {
  if (value instanceof Set || value instanceof Map) {
    return `[${[...(value as Iterable<unknown>)].map(jsonText).join()}]`;
  }
  try {
    return JSON.stringify(value === undefined ? null : value, asJson);
  } catch (error) {
    return JSON.stringify(String(error));
  }
}

/** Halves of surrogate pairs are no JSON that Rust reads. */
function asJson(_: string, value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "bigint" ? String(value) : value;
}
