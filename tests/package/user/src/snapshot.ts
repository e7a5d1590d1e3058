/** Objects that all code of a Worker shares. */
const SHARED: Record<string, object> = {
  globalThis,
  console,
  crypto,
  Error,
  Function,
  Promise,
  WebAssembly,
  "Array.prototype": Array.prototype,
  "Error.prototype": Error.prototype,
  "Function.prototype": Function.prototype,
  "Object.prototype": Object.prototype,
  "Promise.prototype": Promise.prototype,
};

/** The own properties of the shared objects, symbols too, at one time. */
export class Snapshot {
  readonly #properties = properties();

  /** The names of those that were added, removed or replaced since. */
  changes(): string[] {
    const now = properties();
    const names = new Set([...this.#properties.keys(), ...now.keys()]);
    return [...names].filter((name) => !Object.is(this.#properties.get(name), now.get(name)));
  }
}

function properties(): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, object] of Object.entries(SHARED)) {
    for (const key of Reflect.ownKeys(object)) {
      const property: { value?: unknown; get?: unknown } =
        Object.getOwnPropertyDescriptor(object, key) ?? {};
      found.set(`${name}.${String(key)}`, property.value ?? property.get ?? "nothing");
    }
  }
  return found;
}

/** The types of event for which a global listener is added from now on. */
export function noteListeners(): string[] {
  const types: string[] = [];
  const add = globalThis.addEventListener.bind(globalThis);
  globalThis.addEventListener = ((type: string, ...rest: [never]) => {
    types.push(type);
    add(type as never, ...rest);
  }) as typeof globalThis.addEventListener;
  return types;
}
