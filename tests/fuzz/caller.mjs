// A Worker that calls the pool's object with whatever it is told to: see values.mjs.

/** What the object is left with after a call that changed it. */
const BASE = {
  warmTarget: 1,
  maxInstances: 3,
  refreshInterval: 3_600_000,
  assignedCheckInterval: 3_600_000,
  verifyAfter: 3_600_000,
  queueTimeout: 0,
};

export default {
  /** `{ pool, method, args }` in, `{ before, outcome, after, ignored }` out. */
  async fetch(request, env) {
    const { pool, method, args } = await request.json();
    const stub = env.WARM_POOL.getByName(pool);
    await stub.configure(BASE);
    const before = await atRest(stub);
    const values = args.map(make);
    const outcome = await settled(() => stub[method](...values));
    const after = await stub.getStats();
    const options = { configure: 0, getContainer: 1 }[method];
    const taken = "value" in outcome && options !== undefined && values[options] !== undefined;
    const ignored =
      taken && values[options] !== null ? differences(values[options], after.config) : [];
    return Response.json({ before, outcome, after, ignored });
  },
};

async function settled(work) {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    return { error: { name: error?.name, message: String(error?.message ?? error) } };
  }
}

/** The figures once nothing is under way. */
async function atRest(stub) {
  for (let tries = 0; tries < 400; tries++) {
    const stats = await stub.getStats();
    const room = stats.assigned < stats.maxInstances ? 1 : 0;
    if (
      stats.starting + stats.stopping + stats.waiting === 0 &&
      (!stats.primed || stats.warm >= room)
    ) {
      return stats;
    }
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`the pool does not come to rest: ${JSON.stringify(await stub.getStats())}`);
}

/** What was named and is not in force, though the options were taken. */
function differences(options, config) {
  if (Object.prototype.toString.call(options) !== "[object Object]") {
    return [`${Object.prototype.toString.call(options)} was taken for options`];
  }
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    const inForce = Object.hasOwn(config, name) ? config[name] : undefined;
    if (name === "health" && typeof value === "object" && inForce)
      return differences(value, inForce);
    const expected = name === "ports" && !Array.isArray(value) ? [value] : value;
    return JSON.stringify(inForce) === JSON.stringify(expected) &&
      typeof expected === typeof inForce
      ? []
      : [`${name} is ${JSON.stringify(inForce)}`];
  });
}

function make(what) {
  switch (what.kind) {
    case "undefined":
      return undefined;
    case "null":
      return null;
    case "number":
      return what.value === "-0" ? -0 : Number(what.value);
    case "bigint":
      return BigInt(what.value);
    case "flag":
    case "text":
      return what.value;
    case "long":
      return what.value.repeat(what.times);
    case "date":
      return new Date(Number(what.value));
    case "made":
      return {
        RegExp: /a/g,
        Error: new Error("made"),
        ArrayBuffer: new ArrayBuffer(8),
        Set: new Set([1]),
      }[what.value];
    case "bytes":
      return bytes(what);
    case "boxed":
      return {
        number: Object(5),
        nan: Object(NaN),
        text: Object("a"),
        flag: Object(true),
        bigint: Object(1n),
      }[what.value];
    case "headers":
      return new Response(null, { headers: { a: "b" } }).headers;
    case "hole":
      return new Array(3);
    case "circular":
      return circular();
    case "array":
      return what.items.map(make);
    case "object":
      return object(what.entries);
    case "map":
      return new Map(what.entries.map(([key, value]) => [key, make(value)]));
    default:
      throw new Error(`there is no ${what.kind}`);
  }
}

/** Own properties whatever their names. */
function object(entries) {
  const made = {};
  for (const [key, value] of entries) {
    const property = { value: make(value), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(made, key, property);
  }
  return made;
}

function bytes({ type, length }) {
  const buffer = new ArrayBuffer(8 * length);
  return new { Uint8Array, Float64Array, BigInt64Array, DataView }[type](buffer);
}

function circular() {
  const loop = { warmTarget: 1 };
  loop.health = loop;
  return loop;
}
