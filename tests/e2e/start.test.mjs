// `npm start`, from the outside: which containers it runs over, and that it leaves nothing behind.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { inRoot } from "../../scripts/lib/project.mjs";
import { Engine } from "./engine.mjs";
import { eventually } from "./expect.mjs";

const READY = /ready on (http:\/\/\S+)/;
const NO_ENGINE = { WRANGLER_DOCKER_BIN: "no-such-program" };

const STATE = inRoot(".wrangler/state/v3/do");

let script, port;

afterEach(async () => {
  if (script.exitCode === null) await stop();
  // Nobody is likely to choose that port again.
  for (const name of readdirSync(STATE).filter((name) => name.includes(`-${port}-`))) {
    rmSync(join(STATE, name), { recursive: true });
  }
});

test("npm start uses real containers where an engine answers, says so, and removes them", async () => {
  const tagsBefore = tags();
  const { said, url } = await start([]);
  assert.match(said, /^== wrangler dev, over real containers$/m);
  const engine = new Engine(prefixAt(port));
  const { container } = await whoami(url);
  assert.ok((await engine.running()).includes(container));
  await eventually(async () => assert.equal((await engine.running()).length, 4));

  await stop();
  // A process of its own does that.
  await eventually(async () => assert.deepEqual(await engine.names(), []));
  await eventually(() => assert.deepEqual(tags(), tagsBefore));
});

test("npm start uses simulated containers where it is told to, though an engine answers", async () => {
  const { said, url } = await start(["--simulated"]);
  assert.match(said, /^== wrangler dev, over simulated containers$/m);
  assert.equal(typeof (await whoami(url)).boot, "number", "a simulated one counts its boots");
  assert.deepEqual(await new Engine(prefixAt(port)).names(), []);
});

test("npm start says why it uses simulated containers where no engine answers", async () => {
  const { said, url } = await start([], NO_ENGINE);
  assert.match(said, /^`no-such-program` is not installed: containers are simulated$/m);
  assert.match(said, /^== wrangler dev, over simulated containers$/m);
  assert.equal(typeof (await whoami(url)).boot, "number");
});

/** Runs the script until it serves; what it has said until then, and where it serves. */
async function start(args, extra = {}) {
  port = await freePort();
  const all = [inRoot("scripts/start.mjs"), ...args, "--port", String(port)];
  script = spawn(process.execPath, all, { env: environment(extra) });
  let said = "";
  for (const stream of [script.stdout, script.stderr]) stream.on("data", (data) => (said += data));
  await eventually(() => {
    assert.equal(script.exitCode, null, said);
    assert.match(said, READY);
  });
  return { said, url: said.match(READY)[1] };
}

/** A user's, who has nothing of what these tests are given: the script finds all that by itself. */
function environment(extra) {
  const { CF_WARM_POOL_DOCKER, ...env } = process.env;
  delete env.MINIFLARE_CONTAINER_EGRESS_IMAGE;
  if (CF_WARM_POOL_DOCKER !== undefined) env.WRANGLER_DOCKER_BIN = CF_WARM_POOL_DOCKER;
  return { ...env, ...extra };
}

async function stop() {
  const exited = once(script, "exit");
  script.kill("SIGINT");
  const [code] = await exited;
  assert.equal(code, 0);
}

/** The containers of what serves at a port are called this and something. */
function prefixAt(port) {
  return `workerd-cf-warm-pool-containers-${port}-`;
}

async function whoami(url) {
  const response = await fetch(`${url}/whoami`, { headers: { "x-session-id": randomUUID() } });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return answer;
}

/** The tags of all images there are. */
function tags() {
  const docker = process.env.WRANGLER_DOCKER_BIN ?? "docker";
  const args = ["images", "--format", "{{.Repository}}:{{.Tag}}"];
  return execFileSync(docker, args, { encoding: "utf8" }).trim().split("\n").sort();
}

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}
