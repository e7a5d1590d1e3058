// What is removed after a script, however that ends.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inRoot } from "../../scripts/lib/project.mjs";
import { saidWith, Stubs } from "./stub.mjs";

const KEEP = inRoot("scripts/lib/keep.mjs");
const E2E = inRoot("scripts/lib/e2e.mjs");

let stubs;

beforeEach(() => (stubs = new Stubs()));
afterEach(() => stubs.remove());

test(
  "containers are removed although the script that started them is killed",
  { timeout: 10_000 },
  async () => {
    const docker = engine();
    const body = `import { keep } from "${KEEP}"; await keep({ prefix: "p-", images: [] });
    console.log("kept"); setInterval(() => {}, 1000);`;
    const script = spawn(process.execPath, ["--input-type=module", "--eval", body], {
      env: { ...process.env, WRANGLER_DOCKER_BIN: docker },
    });
    await once(script.stdout, "data");
    script.kill("SIGKILL");
    while (!stubs.read("removed").endsWith("\n")) await sleep(50);
    assert.equal(stubs.read("removed"), "rm --force p-1 p-1-proxy\n");
  },
);

test("the tags of images that were made meanwhile go, and those that were there before stay", () => {
  const docker = engine({ images: ["demo:old"] });
  const text = `import { keep } from "${KEEP}";
    import { appendFileSync } from "node:fs";
    const end = await keep({ prefix: "p-", images: ["demo"] });
    appendFileSync("${join(stubs.folder, "images")}", "demo:new\\n");
    console.log(JSON.stringify(await end()));`;
  assert.equal(saidWith(docker, text), "[]");
  assert.match(stubs.read("removed"), /^rmi demo:new$/m);
  assert.equal(stubs.read("images"), "demo:old\n");
});

for (const [how, tests] of [
  ["fails", "({ code: 1, ms: 1, output: 'ℹ pass 1\\nℹ fail 1' })"],
  ["throws", "{ throw new Error('broken off') }"],
]) {
  test(`containers and sidecars are removed after a run of tests that ${how}`, () => {
    const text = `import { runOverContainers } from "${E2E}";
      const { code, counts } = await runOverContainers(async () => ${tests}).catch(
        ({ message }) => ({ code: message }));
      console.log(JSON.stringify([code, counts?.failed]));`;
    const [code, failed] = JSON.parse(saidWith(engine(), text));
    assert.deepEqual([code, failed], how === "fails" ? [1, 1] : ["broken off", null]);
    assert.match(stubs.read("removed"), /^rm --force p-1 p-1-proxy$/m);
  });
}

test("a run of tests that leaves behind what cannot be removed has failed, and says what", () => {
  const docker = engine({ removesImages: false });
  const text = `import { runOverContainers } from "${E2E}";
    import { appendFileSync } from "node:fs";
    const { code } = await runOverContainers(async () => {
      appendFileSync("${join(stubs.folder, "images")}", "cloudflare-dev/democontainer:new\\n");
      return { code: 0, ms: 1, output: "" };
    });
    console.log(code);`;
  assert.deepEqual(saidWith(docker, text, 2), [
    "left behind: cloudflare-dev/democontainer:new",
    "1",
  ]);
});

/** An engine that runs containers, and a sidecar to each, and lists them whatever it is asked for. */
function engine({ images = [], removesImages = true } = {}) {
  const running = stubs.file("running", "p-1\np-1-proxy\n");
  const removed = stubs.file("removed", "");
  const listed = stubs.file("images", images.map((image) => `${image}\n`).join(""));
  const rmi = `{ grep -v "^$2$" ${listed} >${listed}.left; mv ${listed}.left ${listed}; }`;
  return stubs.program(
    "docker",
    `case "$1" in
       version) echo 28 ;;
       ps) cat ${running} ;;
       images) grep "^$4" ${listed} ;;
       rm) : >${running}; echo "$*" >>${removed} ;;
       rmi) ${removesImages} && ${rmi}; echo "$*" >>${removed} ;;
     esac`,
  );
}
