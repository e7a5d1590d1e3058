// Whatever comes over HTTP and RPC, in workerd: every answer is a container's, or JSON with a code
// of the list and the status that goes with it; the object does not panic, and what is refused
// leaves the pool as it was. `FUZZ_SEED` repeats a run, `FUZZ_RUNS` makes it longer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { exchange, headOf } from "./raw.mjs";
import { API_KEY, serve } from "./server.mjs";
import { call } from "./values.mjs";

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

const OWN = "/api/v1/warm-pool/";
const STATUS_PATH = `${OWN}status`;
/** What steers the pools, and the word for a pool that was. */
const STEERING = {
  prime: "primed",
  warmup: "warming",
  drain: "draining",
  shutdown: "shutting_down",
};
const STATUSES = {
  invalid_session: 400,
  invalid_config: 400,
  unauthorized: 401,
  not_found: 404,
  rate_limited: 429,
  start_failed: 502,
  capacity_exhausted: 503,
  queue_timeout: 503,
  pool_unavailable: 503,
  start_timeout: 504,
  misconfigured: 500,
};

/** What counts claims, reports and time, and so moves with a call that is refused. */
const MOVING = [
  ...["claims", "errors", "reports", "unknownReports", "sticky", "nextWakeAt"],
  ...["claimDurations", "lastHour", "idleMs", "oldestWarmMs", "oldestAssignedMs"],
];

/** How often each came to pass: a run that saw only one of them shows it. */
const tally = new Map();
const count = (what) => tally.set(what, (tally.get(what) ?? 0) + 1);

let server;

before(async () => {
  console.log(`FUZZ_SEED=${seed} FUZZ_RUNS=${numRuns}`);
  server = await serve();
});

after(async () => {
  console.log(Object.fromEntries(tally));
  await server?.stop();
});

const check = (property) => fc.assert(property, { seed, numRuns, verbose: 1, endOnFailure: false });

// ---- HTTP

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
const method = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
  },
  { weight: 1, arbitrary: fc.constantFrom("get", "TRACE", "PROPFIND", "PURGE", "QUERY") },
  { weight: 1, arbitrary: token },
);

const segment = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=:@-]{0,12}$/),
  fc.constantFrom("..", "%2e%2e", "%00", "%ff", "%", "é", "%F0%9F%A6%80", "%2F", "\\", "api", "//"),
);
const path = fc.oneof(
  fc.constantFrom("/", "/whoami", "/echo", STATUS_PATH, `${STATUS_PATH}/`, `${STATUS_PATH}?a=b`),
  fc.constantFrom(`/x/..${STATUS_PATH}`, `/%61pi/v1/warm-pool/status`, "/API/v1/warm-pool/status"),
  fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join("/")}`),
  fc.constantFrom(...Object.keys(STEERING)).map((steer) => `${OWN}${steer}`),
  fc
    .tuple(
      fc.constantFrom(STATUS_PATH, `${OWN}prime`, `${OWN}sessions/nobody`),
      fc.constantFrom("?runtime=default", "?runtime=ruby", "?runtime=%ff", "?", "?a"),
    )
    .map((parts) => parts.join("")),
  segment.map((id) => `${OWN}sessions/never-${id}`),
  fc.constantFrom(`${OWN}sessions/`, `${OWN}sessions`, `${OWN}sessions/a/b`),
);

// No line breaks and no NUL: those make another request of it, which HTTP's parser is there for.
const headerText = fc.oneof(
  fc.stringMatching(/^[\x20-\x7e]{0,30}$/),
  fc.string({ unit: "binary", maxLength: 10 }).map(printable),
  fc.constantFrom(
    "é",
    "🦀🦀",
    "%00",
    "%",
    "\u0085",
    "\u007f",
    "\u001f",
    "\ufffd",
    "a, b",
    " a ",
    "",
    '"',
  ),
);
const session = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("alice", "bob", "é🦀", "a b", "#", "a:b%3A") },
  { weight: 3, arbitrary: headerText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("x", "é", "🦀"), fc.constantFrom(128, 129, 256, 257, 512, 513, 4000))
      .map(([unit, times]) => unit.repeat(times)),
  },
);
const sessions = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 5, arbitrary: fc.tuple(session) },
  { weight: 1, arbitrary: fc.tuple(session, session) },
);
const apiKey = fc.oneof(fc.constantFrom(undefined, API_KEY, `${API_KEY} `, ""), headerText);
const size = fc.constantFrom(0, 0, 0, 1, 200, 100_000);

test("any request is answered by a container or with a code of the list", async () => {
  const request = fc.record({ method, path, sessions, apiKey, size });
  await check(
    fc.asyncProperty(request, async ({ method, path, sessions, apiKey, size }) => {
      const headers = sessions.map((value) => ["x-session-id", value]);
      if (apiKey !== undefined) headers.push(["x-api-key", apiKey]);
      const head = headOf(method, path, headers, size);
      const answer = await exchange(server.address, head, Buffer.alloc(size, "x"));
      count(isServersOwn(answer) ? "refused by the server" : answer.status);
      if (isServersOwn(answer)) {
        assert.ok(
          isOdd(method, path, headers),
          `refused by the server itself: ${JSON.stringify(head)}`,
        );
        return;
      }
      const expected = expectation(method, path, sessions, apiKey, size);
      if (expected === "container" && answer.headers.has("x-warm-pool")) {
        assert.match(answer.headers.get("x-warm-pool"), /^(sticky|hit|miss)$/);
      } else if (expected === "status") {
        assert.equal(answer.status, 200);
        assert.ok(JSON.parse(answer.body).pools.default);
      } else if (Object.values(STEERING).includes(expected)) {
        assert.deepEqual(JSON.parse(answer.body), { pools: { default: expected } });
      } else {
        checkError(answer, method, expected);
      }
    }),
  );
  await checkAlive();
});

/** What a request comes to: `container`, `status`, a pool's word, or the code of an error. */
function expectation(method, path, sessions, apiKey, size) {
  if (sessions.length > 0) {
    const id = sessions.map((value) => value.replace(/^[ \t]+|[ \t]+$/g, "")).join(", ");
    return isSession(id) ? "container" : "invalid_session";
  }
  const { pathname, search } = new URL(`http://fuzz.test${path}`);
  if (!pathname.startsWith(OWN)) return "invalid_session";
  const found = operation(method, pathname.slice(OWN.length));
  if (found === undefined) return "not_found";
  if (apiKey?.trim() !== API_KEY) return "unauthorized";
  if (!/^(\?runtime=(default|ruby))?$/.test(search)) return "invalid_config";
  if (found in STEERING && size > 0) return "invalid_config";
  if (search.endsWith("ruby")) return "not_found";
  if (found !== "session") return STEERING[found] ?? found;
  const id = decoded(pathname.slice(`${OWN}sessions/`.length));
  return id !== undefined && isSession(id) ? "not_found" : "invalid_session";
}

/** What a path under the Worker's own asks for; no session is ever in the pool under these ids. */
function operation(method, rest) {
  if (method === "GET" && rest === "status") return "status";
  if (method === "POST" && rest in STEERING) return rest;
  return /^sessions\/[^/]*$/.test(rest) && ["GET", "DELETE"].includes(method)
    ? "session"
    : undefined;
}

function isSession(id) {
  const bytes = Buffer.byteLength(id);
  return bytes >= 1 && bytes <= 512 && !/[\p{Cc}\ufffd]/u.test(id);
}

function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** An error as the README describes it; for a session's request, one that a claim ends with. */
function checkError(answer, method, expected) {
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/, answer.body);
  if (method === "HEAD") return;
  const { error } = JSON.parse(answer.body);
  assert.equal(STATUSES[error.code], answer.status, answer.body);
  assert.equal(typeof error.message, "string");
  assert.ok(error.message.length < 1000, error.message);
  assert.equal(answer.headers.has("retry-after"), error.retry_after_ms !== undefined);
  if (expected === "container") assert.ok(answer.status >= 429, answer.body);
  else assert.equal(error.code, expected, answer.body);
}

/** Answered by workerd's HTTP server before any Worker saw it. */
function isServersOwn(answer) {
  if (answer === null) return true;
  const worker = answer.headers.has("x-warm-pool") || answer.headers.has("cache-control");
  return !worker && [400, 404, 405, 413, 414, 431, 500, 501].includes(answer.status);
}

/** Whether HTTP's parser or the platform has a reason to refuse it. */
function isOdd(method, path, headers) {
  const usual = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].includes(method);
  const printed = headers.every(([, value]) => !/\p{Cc}/u.test(value));
  return !usual || !printed || /[^\x21-\x7e]|\\/.test(path) || path.startsWith("//");
}

function printable(text) {
  return text.replace(/[\0\r\n]/g, "").replace(/[\ud800-\udfff]/g, "");
}

// ---- RPC

test("any argument is taken or refused with a code, and a refusal changes nothing", async () => {
  await check(
    fc.asyncProperty(call, async ({ method, args }) => {
      const { before, outcome, after, ignored } = await server.call({ pool: "rpc", method, args });
      count(outcome.error ? "RPC refused" : "RPC taken");
      const code = outcome.error ? codeOf(outcome.error) : codeIn(method, outcome.value);
      if (outcome.error) assert.ok(code in STATUSES, `no known code: ${outcome.error.message}`);
      assert.deepEqual(ignored, [], "taken, and not in force");
      if (method === "getStats" || method === "statsText") assert.equal(outcome.error, undefined);
      if (code === "invalid_session" || code === "invalid_config" || method === "reportStopped") {
        assert.deepEqual(still(after), still(before));
      }
      assert.equal(after.storageFailures, 0);
    }),
  );
  await checkAlive();
});

test("two sessions are never one, whatever their ids are made of", async () => {
  // Text that is no UTF-16 has no UTF-8: each half of a pair would become the same character.
  const halves = ["\ud800", "\ud801", "a\udfff", "a\udffe"];
  for (const value of halves) {
    const args = [{ kind: "text", value }];
    const { outcome } = await server.call({ pool: "halves", method: "getContainer", args });
    assert.equal(outcome.error && codeOf(outcome.error), "invalid_session", JSON.stringify(value));
  }
  // Nor has a header in Latin-1, which is what a browser's fetch() sends.
  for (const byte of [0xe9, 0xfc, 0xff]) {
    const [start, end] = headOf("GET", "/whoami", [["x-session-id", "|"]], 0).split("|");
    const head = Buffer.concat([Buffer.from(start), Buffer.from([byte]), Buffer.from(end)]);
    checkError(await exchange(server.address, head, Buffer.alloc(0)), "GET", "invalid_session");
  }
});

test("options that are no JSON are refused, and the object goes on", async () => {
  for (const kind of ["circular", "headers"]) {
    for (const method of ["configure", "getContainer"]) {
      const args =
        method === "configure" ? [{ kind }] : [{ kind: "text", value: "alice" }, { kind }];
      const { outcome } = await server.call({ pool: "no json", method, args });
      assert.equal(outcome.error && codeOf(outcome.error), "invalid_config", `${method}: ${kind}`);
    }
  }
});

/** The code that ends the message of an error over RPC. */
function codeOf({ message }) {
  return message.match(/\[([a-z_]+)\]$/)?.[1];
}

/** The code in an answer that is text and not thrown. */
function codeIn(method, value) {
  if (method !== "claim") return undefined;
  const { error, name } = JSON.parse(value);
  if (error === undefined) {
    assert.match(name, /^[0-9a-f-]{36}$/);
    return undefined;
  }
  assert.equal(STATUSES[error.code], error.status, value);
  return error.code;
}

/** The figures that a refused call leaves as they are. */
function still(stats) {
  return Object.fromEntries(Object.entries(stats).filter(([name]) => !MOVING.includes(name)));
}

/** The process still serves, and nothing it wrote speaks of a panic. */
async function checkAlive() {
  const head = headOf("GET", "/whoami", [["x-session-id", "alice"]], 0);
  const answer = await exchange(server.address, head, Buffer.alloc(0));
  assert.equal(answer?.status, 200, answer?.body);
  assert.equal(JSON.parse(answer.body).session, "alice");
  assert.doesNotMatch(server.output(), /panicked|RuntimeError/i);
}
