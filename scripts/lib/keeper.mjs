// A process of its own that cleans up after containers, however the script that started it ends: its
// standard input ends then. Wrangler removes its containers only where it ends in peace, and their
// sidecars never.
//
// Its one argument is JSON: `prefix` of the containers' names, `images` whose tags go with them, but
// for tags that were there before, `engine`: whether to start one, `log`: where that writes. Says
// `ready`, or why it is not, and at its end as JSON what it could not remove.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { docker, whyNoEngine } from "./engine.mjs";

const POLL_MS = 200;
const ENGINE_START_LIMIT_MS = 60_000;
const ENGINE_STOP_LIMIT_MS = 30_000;
const REMOVAL_LIMIT_MS = 60_000;

const { prefix, images, engine, log } = JSON.parse(process.argv[2]);
let dockerd;

// Whoever presses Ctrl-C means the script, and what it started is to be cleaned up after.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
// Whoever read this may be gone when there is something to say.
process.stdout.on("error", () => {});

const inputEnds = new Promise((done) => process.stdin.resume().on("end", done).on("error", done));
try {
  if (engine) await startEngine();
  const tagsBefore = new Set(tags());
  console.log("ready");
  await inputEnds;
  await removeContainers();
  const tagsSince = () => tags().filter((tag) => !tagsBefore.has(tag));
  for (const tag of tagsSince()) docker(["rmi", tag], REMOVAL_LIMIT_MS);
  console.log(JSON.stringify([...containers("{{.Names}}"), ...tagsSince()]));
} catch (error) {
  console.log(error.message);
} finally {
  await stopEngine();
}
process.exit();

async function startEngine() {
  const output = openSync(log, "w");
  // Without an address of its own the bridge's description lacks the gateway that workerd looks for.
  dockerd = spawn("dockerd", ["--bip", "172.17.0.1/16"], { stdio: ["ignore", output, output] });
  closeSync(output);
  const failed = new Promise((done) => dockerd.on("error", done).on("exit", done));
  let over = false;
  void failed.then(() => (over = true));
  const deadlineAtMs = Date.now() + ENGINE_START_LIMIT_MS;
  while (whyNoEngine()) {
    if (over || Date.now() > deadlineAtMs)
      throw new Error(`dockerd does not start: ${lastWords()}`);
    await sleep(POLL_MS);
  }
}

/** The engine's last line about an error, or its last. */
function lastWords() {
  const lines = readFileSync(log, "utf8").trim().split("\n");
  return lines.findLast((line) => /level=(error|fatal)|^failed/.test(line)) ?? lines.at(-1);
}

/** Until none is left: workerd may be dying, with one just asked for. */
async function removeContainers() {
  const deadlineAtMs = Date.now() + REMOVAL_LIMIT_MS;
  for (let none = 0; none < 2 && Date.now() < deadlineAtMs; await sleep(POLL_MS)) {
    const ids = containers("{{.ID}}");
    if (ids.length > 0) docker(["rm", "--force", ...ids], REMOVAL_LIMIT_MS);
    none = ids.length > 0 ? 0 : none + 1;
  }
}

/** Those there are, running or not, in the engine's format. */
function containers(format) {
  return lines(docker(["ps", "--all", "--filter", `name=^/?${prefix}`, "--format", format]));
}

/** Wrangler tags an image for each of its runs. */
function tags() {
  const list = ["images", "--format", "{{.Repository}}:{{.Tag}}"];
  return images.flatMap((image) => lines(docker([...list, image])));
}

function lines(listed) {
  return listed?.split("\n").filter(Boolean) ?? [];
}

async function stopEngine() {
  if (!dockerd?.pid || dockerd.exitCode !== null || dockerd.signalCode !== null) return;
  const exited = new Promise((done) => dockerd.on("exit", done));
  dockerd.kill("SIGTERM");
  const timer = setTimeout(() => dockerd.kill("SIGKILL"), ENGINE_STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
