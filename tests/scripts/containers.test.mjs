import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inRoot } from "../../scripts/lib/project.mjs";

const WRAPPER = inRoot("tests/e2e/docker.sh");
const ENGINE = inRoot("scripts/lib/engine.mjs");
const KEEP = inRoot("scripts/lib/keep.mjs");
const BUILD = "build --load -t tag --platform linux/amd64 --provenance=false -f - the/context";

let folder;

before(() => (folder = mkdtempSync(join(tmpdir(), "cf-warm-pool-scripts-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

test("without buildx, what the older builder does not know is left out", () => {
  const docker = stub("old", `[ "$1" = buildx ] && exit 1; echo "$DOCKER_BUILDKIT $*"`);
  assert.equal(wrapped(docker, BUILD), "0 build -t tag -f - the/context");
});

test("with buildx, a build is passed on as it is", () => {
  assert.equal(wrapped(stub("new", `[ "$1" = buildx ] || echo "$*"`), BUILD), BUILD);
});

test("only an image that is not there is pulled", () => {
  const inspects = `[ "$1 $2" = "image inspect" ] && { [ "$3" = here ]; exit; }; echo "$*"`;
  const docker = stub("pulls", inspects);
  assert.equal(wrapped(docker, "pull here"), "");
  assert.equal(wrapped(docker, "pull elsewhere"), "pull elsewhere");
});

test("why there is no engine is said in a few words", () => {
  const why = (docker) => asked(`import { whyNoEngine } from "${ENGINE}"; whyNoEngine()`, docker);
  assert.match(why("no-such-program"), /^`no-such-program` is not installed$/);
  const silent = stub("silent", "echo 'first' >&2; echo 'Cannot connect' >&2; exit 1");
  assert.match(why(silent), /^no container engine answers .* \(Cannot connect\)$/);
  assert.equal(why(stub("answers", "echo 28.2.2")), "undefined");
});

test("containers are removed although the script that started them is killed", async () => {
  const list = join(folder, "containers");
  writeFileSync(list, "one\ntwo\n");
  const removes = `case "$1" in ps) cat ${list};; rm) : >${list}; echo "$*" >${list}.removed;; esac`;
  const docker = stub("removes", removes);
  const body = `import { keep } from "${KEEP}"; await keep({ prefix: "p-", images: [] });
    console.log("kept"); setInterval(() => {}, 1000);`;
  const script = spawn(process.execPath, ["--input-type=module", "--eval", body], {
    env: { ...process.env, WRANGLER_DOCKER_BIN: docker },
  });
  await once(script.stdout, "data");
  script.kill("SIGKILL");
  assert.equal(await removed(`${list}.removed`), "rm --force one two\n");
});

/** A docker that does this. */
function stub(name, body) {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

/** What the wrapper has this docker do. */
function wrapped(docker, args) {
  const env = { ...process.env, CF_WARM_POOL_DOCKER: docker };
  return execFileSync(WRAPPER, args.split(" "), { env, encoding: "utf8" }).trim();
}

/** The value of the last expression of a module's text. */
function asked(text, docker) {
  const body = text.replace(/; (.*)$/, "; console.log($1)");
  const env = { ...process.env, WRANGLER_DOCKER_BIN: docker };
  const args = ["--input-type=module", "--eval", body];
  return execFileSync(process.execPath, args, { env, encoding: "utf8" }).trim();
}

async function removed(file) {
  for (let tries = 0; tries < 200; tries++) {
    try {
      return readFileSync(file, "utf8");
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  throw new Error("nothing was removed");
}
