// Arguments of any shape that a structured clone takes, as descriptions in JSON: a failure prints
// one, and the Worker in caller.mjs makes the value of it.
import fc from "fast-check";

const OPTIONS = [
  "warmTarget",
  "maxInstances",
  "refreshInterval",
  "enabled",
  "startConcurrency",
  "startTimeout",
  "ports",
  "queueTimeout",
  "refill",
  "drainTimeout",
  "verifyAfter",
  "assignedCheckInterval",
  "health",
  "containerBinding",
  "timeout",
  "unhealthyAfter",
  "poolName",
  "__proto__",
  "toJSON",
];

const units = fc
  .array(
    fc.constantFrom("a", "é", "🦀", "\0", "\n", "\u007f", "\u0085", "\ud800", "\udfff", "%", '"'),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(""));

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  units,
  fc.constantFrom("alice", "eager", "interval", "CONTAINER", "", "{}", "[object Object]"),
);

const number = fc.oneof(
  fc.integer({ min: -2, max: 1001 }),
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 2 ** 53, 1e308, 999, 1000, 3_600_000, 3_600_001),
);

const leaf = fc.oneof(
  fc.constantFrom(
    { kind: "undefined" },
    { kind: "null" },
    { kind: "circular" },
    { kind: "headers" },
    { kind: "hole" },
  ),
  fc.boolean().map((value) => ({ kind: "flag", value })),
  number.map((value) => ({ kind: "number", value: Object.is(value, -0) ? "-0" : String(value) })),
  fc
    .bigInt({ min: -(2n ** 65n), max: 2n ** 65n })
    .map((value) => ({ kind: "bigint", value: `${value}` })),
  text.map((value) => ({ kind: "text", value })),
  fc
    .record({
      value: fc.constantFrom("x", "é", "🦀"),
      times: fc.constantFrom(128, 129, 512, 513, 1e6),
    })
    .map((long) => ({ kind: "long", ...long })),
  fc.constantFrom(0, 1e12, NaN, 8.64e15).map((value) => ({ kind: "date", value: String(value) })),
  fc
    .constantFrom("RegExp", "Error", "ArrayBuffer", "Set")
    .map((value) => ({ kind: "made", value })),
  fc
    .record({
      type: fc.constantFrom("Uint8Array", "Float64Array", "BigInt64Array", "DataView"),
      length: fc.constantFrom(0, 1, 1000),
    })
    .map((array) => ({ kind: "bytes", ...array })),
  fc
    .constantFrom("number", "nan", "text", "flag", "bigint")
    .map((value) => ({ kind: "boxed", value })),
);

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...OPTIONS) },
  { weight: 1, arbitrary: text },
);

export const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }).map((items) => ({ kind: "array", items })),
    fc
      .array(fc.tuple(key, tie("value")), { maxLength: 4 })
      .map((entries) => ({ kind: "object", entries })),
    fc
      .array(fc.tuple(key, tie("value")), { maxLength: 3 })
      .map((entries) => ({ kind: "map", entries })),
  ),
}));

/** Options of which each has a fair chance to be taken. */
const fitting = {
  warmTarget: fc.integer({ min: 0, max: 2 }),
  refreshInterval: fc.constantFrom(3_600_000, 1_800_000),
  enabled: fc.boolean(),
  startConcurrency: fc.integer({ min: 1, max: 20 }),
  startTimeout: fc.integer({ min: 1000, max: 600_000 }),
  queueTimeout: fc.integer({ min: 0, max: 10 }),
  drainTimeout: fc.integer({ min: 0, max: 900_000 }),
  verifyAfter: fc.integer({ min: 0, max: 3_600_000 }),
};

const numberOf = (value) => ({ kind: "number", value: String(value) });
const described = (value) =>
  typeof value === "boolean" ? { kind: "flag", value } : numberOf(value);

/** Options that fit, and sometimes one entry that does not. */
export const options = fc
  .tuple(
    fc.record(fitting, { requiredKeys: [] }),
    fc.option(fc.tuple(key, value), { nil: undefined, freq: 2 }),
  )
  .map(([fits, other]) => ({
    kind: "object",
    entries: [
      ...Object.entries(fits).map(([name, value]) => [name, described(value)]),
      ...(other ? [other] : []),
    ],
  }));

/** A session's id, most of them good. */
export const session = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom("alice", "bob", "é🦀").map((value) => ({ kind: "text", value })),
  },
  { weight: 3, arbitrary: value },
);

/** A call of the pool's object: the method, and what it is given. */
export const call = fc.oneof(
  fc.record({
    method: fc.constant("getContainer"),
    args: fc.tuple(session, fc.oneof(options, value)),
  }),
  fc.record({ method: fc.constant("getContainer"), args: fc.tuple(session) }),
  fc.record({ method: fc.constant("claim"), args: fc.tuple(session, value) }),
  fc.record({ method: fc.constant("configure"), args: fc.tuple(fc.oneof(options, value)) }),
  fc.record({ method: fc.constant("reportStopped"), args: fc.array(value, { maxLength: 2 }) }),
  fc.record({
    method: fc.constantFrom("getStats", "statsText"),
    args: fc.array(value, { maxLength: 1 }),
  }),
);
