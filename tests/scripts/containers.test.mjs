// What wrangler is given to run containers with.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { inRoot } from "../../scripts/lib/project.mjs";
import { LIMIT_MS, saidWith, Stubs } from "./stub.mjs";

const WRAPPER = inRoot("tests/e2e/docker.sh");
const ENGINE = inRoot("scripts/lib/engine.mjs");
const CONTAINERS = inRoot("scripts/lib/containers.mjs");
const BUILD = "build --load -t tag --platform linux/amd64 --provenance=false -f - the/context";

let stubs;

before(() => (stubs = new Stubs()));
after(() => stubs.remove());

test("without buildx, what the older builder does not know is left out", () => {
  const docker = stubs.program("old", `[ "$1" = buildx ] && exit 1; echo "$DOCKER_BUILDKIT $*"`);
  assert.equal(wrapped(docker, BUILD), "0 build -t tag -f - the/context");
});

test("with buildx, a build is passed on as it is", () => {
  const docker = stubs.program("new", `[ "$1" = buildx ] || echo "$*"`);
  assert.equal(wrapped(docker, BUILD), BUILD);
});

test("only an image that is not there is pulled", () => {
  const inspects = `[ "$1 $2" = "image inspect" ] && { [ "$3" = here ]; exit; }; echo "$*"`;
  const docker = stubs.program("pulls", inspects);
  assert.equal(wrapped(docker, "pull here"), "");
  assert.equal(wrapped(docker, "pull elsewhere"), "pull elsewhere");
});

test("where docker has buildx and the sidecar's image, wrangler runs as it would by itself", () => {
  const { env, calls } = prepared({ buildx: true, image: "there" });
  assert.deepEqual(env, {});
  assert.match(calls, /^image inspect cloudflare\/proxy-everything:/m);
  assert.doesNotMatch(calls, /^(build|pull) /m);
});

test("the sidecar's image is pulled where it is not there", () => {
  const { env, calls } = prepared({ buildx: true, image: "pulled" });
  assert.deepEqual(env, {});
  assert.match(calls, /^pull --quiet cloudflare\/proxy-everything:/m);
  assert.doesNotMatch(calls, /^build /m);
});

test("without buildx wrangler is given the wrapper, and the real sidecar all the same", () => {
  const { env, docker } = prepared({ buildx: false, image: "there" });
  assert.deepEqual(env, { CF_WARM_POOL_DOCKER: docker, WRANGLER_DOCKER_BIN: WRAPPER });
});

test("a stand-in takes the place of a sidecar's image that cannot be pulled, and of no other", () => {
  const { env, calls, docker } = prepared({ buildx: true, image: "nowhere" });
  const { MINIFLARE_CONTAINER_EGRESS_IMAGE: standIn, ...rest } = env;
  // It is not to be pulled either, which only the wrapper knows.
  assert.deepEqual(rest, { CF_WARM_POOL_DOCKER: docker, WRANGLER_DOCKER_BIN: WRAPPER });
  assert.ok(calls.includes(`build --tag ${standIn} `), calls);
});

test("why there is no engine is said in a few words", () => {
  const text = `import { whyNoEngine } from "${ENGINE}"; console.log(whyNoEngine());`;
  const why = (docker) => saidWith(docker, text);
  assert.match(why("no-such-program"), /^`no-such-program` is not installed$/);
  const silent = stubs.program("silent", "echo 'first' >&2; echo 'Cannot connect' >&2; exit 1");
  assert.match(why(silent), /^no container engine answers .* \(Cannot connect\)$/);
  assert.equal(why(stubs.program("answers", "echo 28.2.2")), "undefined");
});

test("a tier that lacks its engine is named as not run, with the reason, and fails nothing", () => {
  const { status, stdout } = script("scripts/test.mjs", "--only", "e2e");
  assert.equal(status, 0);
  assert.match(stdout, /^real containers +not run: `no-such-program` is not installed$/m);
  assert.doesNotMatch(stdout, /^wasm: /m, "nothing is built for it");
});

test("real containers that were asked for and cannot be had end the start", () => {
  const { status, stdout, stderr } = script("scripts/start.mjs", "--containers", "--port", "61234");
  assert.equal(status, 1);
  assert.match(stdout + stderr, /There are no real containers here: `no-such-program` is not inst/);
  const both = script("scripts/start.mjs", "--containers", "--simulated");
  assert.equal(both.status, 1);
  assert.match(both.stdout + both.stderr, /--containers and --simulated exclude each other/);
});

/** What the wrapper has this docker do. */
function wrapped(docker, args) {
  const env = { ...process.env, CF_WARM_POOL_DOCKER: docker };
  return execFileSync(WRAPPER, args.split(" "), { env, encoding: "utf8" }).trim();
}

/** What is prepared for wrangler over such a docker, and what that was asked to do meanwhile. */
function prepared({ buildx, image }) {
  const calls = stubs.file("calls", "");
  const docker = stubs.program(
    "docker",
    `echo "$*" >>${calls}
     case "$1" in
       buildx) ${buildx} ;;
       image) ${image === "there"} ;;
       pull) ${image === "pulled"} ;;
     esac`,
  );
  const text = `import { prepareContainers } from "${CONTAINERS}";
    console.log(JSON.stringify(await prepareContainers()));`;
  return { env: JSON.parse(saidWith(docker, text)), calls: stubs.read("calls"), docker };
}

/** Runs a script on a machine without docker. */
function script(file, ...args) {
  const env = { ...process.env, WRANGLER_DOCKER_BIN: "no-such-program" };
  const options = { env, encoding: "utf8", timeout: LIMIT_MS };
  return spawnSync(process.execPath, [inRoot(file), ...args], options);
}
