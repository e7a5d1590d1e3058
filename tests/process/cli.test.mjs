// The command line, run as its users run it, against the default Worker in workerd.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE } from "../worker/platform/bundle.mjs";

const CLI = join(import.meta.dirname, "../../dist/cli/main.js");
const KEY = "a key for people";
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

let miniflare;
let url;

before(async () => {
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      handleStructuredLogs: () => {},
      name: "told",
      compatibilityDate: COMPATIBILITY_DATE,
      modules: await bundle(join(import.meta.dirname, "../../container/worker.ts")),
      bindings: {
        WARM_POOL_API_KEY: KEY,
        WARM_POOL_SIZE_PER_RUNTIME: "1",
        // The second has no binding.
        WARM_POOL_RUNTIMES: "default,python",
        SIMULATED_BOOT_MS: 10,
        SIMULATED_STOP_MS: 10,
      },
      durableObjects: {
        WARM_POOL: { className: "WarmPool", useSQLite: true },
        CONTAINER: { className: "SimulatedContainer", useSQLite: true },
      },
    }),
  );
  url = (await miniflare.ready).href;
});

after(() => miniflare.dispose());

/** Runs it; what it wrote and its exit code. */
async function warmPool(args, env = { WARM_POOL_API_KEY: KEY, WARM_POOL_URL: url }) {
  const child = spawn(process.execPath, [CLI, ...args], { env });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const [code] = await once(child, "close");
  return { out, err, code };
}

/** A header is bytes, of which `fetch` takes those of Latin-1. */
const claim = (session) => {
  const id = Buffer.from(session).toString("latin1");
  return fetch(`${url}whoami`, { headers: { "x-session-id": id } });
};

/** Serves that answer to everything while `body(url)` runs. */
async function withServer(answer, body) {
  const server = createServer((request, response) => answer(response, request)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  try {
    return await body(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const answering = (body) => (response) => response.end(JSON.stringify(body));

test("the status is a table, with each pool's figures under their names", async () => {
  await (await claim("alice")).text();
  const { out, err, code } = await warmPool(["status", "--runtime", "default"]);

  assert.equal(err, "");
  assert.equal(code, 0);
  const [summary, empty, head, row, ...more] = out.trimEnd().split("\n");
  assert.match(summary, /^keeps containers warm, 0 hits, 1 misses, hit rate 0\.0 %$/);
  assert.deepEqual([empty, more], ["", []]);
  assert.match(head, /^runtime +target +warm +in use +starting .* capacity +breaker$/);
  assert.match(row, /^default +1 +[01] +1 +[01] .* closed$/);
  assert.equal(head.indexOf("in use") + "in use".length, row.lastIndexOf(" 1 ", 32) + 2);
});

test("a pool that is down is said, and is what the exit code says", async () => {
  const { out, code } = await warmPool(["status"]);

  assert.equal(code, 1);
  assert.match(out, /^python is down: .*CONTAINER_PYTHON.* \[misconfigured\]$/m);
});

test("an open breaker is an exit code", async () => {
  const pool = { size: 1, available: 0, in_use: 0, breaker: "open", capacity: null };
  const last_error = { class: "permanent", message: "no such image" };
  const body = { enabled: true, pools: { default: { ...pool, last_error } }, hit_rate: 1 };
  const { out, code } = await withServer(answering(body), (at) =>
    warmPool(["status"], { WARM_POOL_URL: at }),
  );

  assert.equal(code, 1);
  assert.match(out, /^default +1 +0 +0 .*- +open$/m);
  assert.match(out, /^default: last error \(permanent\): no such image$/m);
});

test("with --json the answer is as it came", async () => {
  const { out, code } = await warmPool(["--json", "status", "--runtime=default"]);

  assert.equal(code, 0);
  assert.equal(out.trimEnd().split("\n").length, 1);
  assert.equal(JSON.parse(out).pools.default.size, 1);
});

test("a session is shown with what it holds, and explained with each step", async () => {
  const { name } = await (await claim("bob/1 é")).json();
  const held = await warmPool(["sessions", "bob/1 é"]);
  assert.equal(held.code, 0);
  assert.match(held.out, /^session {4}bob\/1 é\nin logs {4}[0-9a-f]{16}\nruntime {4}default\n/);
  assert.ok(held.out.endsWith(`container  ${name}, life 1\n`), held.out);

  const { out, code } = await warmPool(["explain", "bob/1 é"]);
  assert.equal(code, 0);
  assert.match(out, /^at +container +life +to +cause +why$/m);
  const steps = out.split("\n").filter((line) => UUID.test(line) && /^\d{4}-/.test(line));
  assert.ok(steps.length >= 2, out);
  assert.match(steps.at(-1), /^\S+Z {2}\S{36} {5}1 {2}assigned {2}- +the session claimed it$/);
});

test("a session that is not known is an exit code", async () => {
  const { out, err, code } = await warmPool(["explain", "nobody", "--runtime", "default"]);

  assert.deepEqual([out, code], ["", 1]);
  assert.match(err, /^warm-pool: .*no pool knows of .* \[not_found\]\n$/);
});

test("a session id may look like an option", async () => {
  await (await claim("--json")).text();
  const { out, code } = await warmPool(["sessions", "--", "--json"]);

  assert.equal(code, 0);
  assert.match(out, /^session {4}--json\n/);
});

for (const [what, args, message] of [
  ["a missing command", [], "missing command (known: status, sessions, explain)"],
  ["an unknown command", ["drain"], "unknown command drain (known: status, sessions, explain)"],
  [
    "an unknown option",
    ["status", "--verbose"],
    "unknown option --verbose (known: --url, --key, --runtime, --json, --help)",
  ],
  ["an unknown short option", ["status", "-v"], /^unknown option -v /],
  ["an option named like a part of each object", ["status", "--__proto__"], /^unknown option --__/],
  ["an option without its value", ["status", "--key"], "--key has no value (give --key KEY)"],
  ["a flag with a value", ["status", "--json=1"], "invalid --json=1: --json takes no value"],
  [
    "too many arguments",
    ["status", "default"],
    "status takes no argument, not default (see warm-pool --help)",
  ],
  ["two sessions", ["explain", "a", "b"], /^explain takes exactly one session id /],
  [
    "a missing session",
    ["sessions"],
    "sessions takes exactly one session id (see warm-pool --help)",
  ],
  ["an empty session", ["sessions", ""], /^sessions takes exactly one session id /],
  [
    "a session that no URL can name",
    ["sessions", ".."],
    "invalid session id ..: it cannot be named in a URL",
  ],
  [
    "an invalid URL",
    ["status", "--url", "example"],
    "invalid URL example: it must be an http or https URL",
  ],
  ["another protocol", ["status", "--url", "file:///etc"], /^invalid URL file:\/\/\/etc: /],
  ["an invalid session", ["explain", "a\nb"], /control character U\+000A.*\[invalid_session\]/],
]) {
  test(`${what} is invalid usage`, async () => {
    const { out, err, code } = await warmPool(args);
    assert.deepEqual([out, code], ["", 2]);
    const said = err.replace(/^warm-pool: /, "");
    if (message instanceof RegExp) assert.match(said, message);
    else assert.equal(said, `${message}\n`);
  });
}

test("a key may begin with a dash, and the last of two counts", async () => {
  const { err, code } = await warmPool(["status", "--key", KEY, "--key", "-wrong"]);
  assert.equal(code, 4);
  assert.match(err, /\[unauthorized\]/);
});

test("without a URL nobody is asked", async () => {
  const { err, code } = await warmPool(["status"], { WARM_POOL_API_KEY: KEY });
  assert.equal(code, 2);
  assert.equal(err, "warm-pool: missing URL of the Worker (give --url URL or set WARM_POOL_URL)\n");
});

test("help is help, with every exit code", async () => {
  for (const help of [["--help"], ["status", "-h"]]) {
    const { out, code } = await warmPool(help, {});
    assert.equal(code, 0);
    assert.match(out, /^Usage: warm-pool <command>/);
    for (const exit of [0, 1, 2, 3, 4]) assert.match(out, new RegExp(`^ {2}${exit} {2}\\S`, "m"));
  }
});

test("a wrong key and none are an exit code", async () => {
  for (const args of [
    ["status", "--key", "wrong"],
    ["explain", "alice", "--key="],
  ]) {
    const { err, code } = await warmPool(args);
    assert.equal(code, 4);
    assert.match(err, /\[unauthorized\]/);
  }
});

test("nobody there, and somebody else there, are an exit code", async () => {
  const nobody = await warmPool(["status", "--url", "http://127.0.0.1:9"]);
  assert.equal(nobody.code, 3);
  assert.match(nobody.err, /127\.0\.0\.1:9 did not answer/);

  const answers = [
    (response) => response.end("<html>"),
    (response) => response.writeHead(404).end("{}"),
    answering([]),
    answering({ pools: { default: null } }),
    (response) => response.destroy(),
  ];
  for (const answer of answers) {
    await withServer(answer, async (at) => {
      const { err, code } = await warmPool(["status", "--url", at]);
      assert.equal(code, 3, err);
    });
  }
});

test("the key does not follow a redirection", async () => {
  const keys = [];
  const elsewhere = (response, { headers }) => response.end(void keys.push(headers["x-api-key"]));
  await withServer(elsewhere, async (there) => {
    const redirect = (response) => response.writeHead(302, { location: there }).end();
    await withServer(redirect, async (at) => {
      assert.equal((await warmPool(["status", "--url", at])).code, 3);
    });
  });
  assert.deepEqual(keys, []);
});

test("what a terminal takes as an order is shown and not given", async () => {
  const evil = "\u001b]0;x\u0007\u009b2J\r\n\u202e<b>\u2028";
  const status = {
    pools: {
      [`a${evil}`]: { size: 1, breaker: evil, last_error: { class: evil, message: evil } },
      b: { error: { code: evil, message: evil } },
    },
  };
  const steps = [{ at: 1, container: evil, generation: 1, to: evil, cause: evil, why: evil }];
  const session = {
    session: evil,
    digest: evil,
    runtime: evil,
    container: { name: evil },
    steps,
    dropped: 1,
  };
  const refused = { error: { code: evil, message: evil } };
  const answers = [
    [["status"], status],
    [["explain", "a"], session],
    [["status", "--json"], status],
    [["explain", "a", "--json"], session],
    [["status"], refused, 503],
  ];
  for (const [args, body, code = 200] of answers) {
    const answer = (response) => response.writeHead(code).end(JSON.stringify(body));
    const { out, err } = await withServer(answer, (at) => warmPool([...args, "--url", at]));
    const shown = out + err;
    assert.doesNotMatch(shown.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.ok(shown.includes(args.includes("--json") ? "\\u001b" : "\\u{1b}"), shown);
    if (args.includes("--json")) assert.deepEqual(JSON.parse(out), body);
  }
});
