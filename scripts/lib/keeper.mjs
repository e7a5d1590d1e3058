// A process of its own that cleans up after containers, however the script that started it ends: its
// standard input ends then. Wrangler removes its containers only where it ends in peace, and their
// sidecars never.
//
// Its one argument is JSON: `prefix` of the containers' names, `images` whose tags go with them,
// `engine`: whether to start one, `log`: where that writes. Says `ready`, or why it is not.
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
  console.log("ready");
  await inputEnds;
  await removeContainers();
  removeImages();
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
    const list = docker(["ps", "-aq", "--filter", `name=^/?${prefix}`]);
    const ids = list?.split("\n").filter(Boolean) ?? [];
    if (ids.length > 0) docker(["rm", "--force", ...ids], REMOVAL_LIMIT_MS);
    none = ids.length > 0 ? 0 : none + 1;
  }
}

/** Wrangler tags an image for each of its runs. */
function removeImages() {
  for (const image of images) {
    const tags = docker(["images", "--format", "{{.Repository}}:{{.Tag}}", image]);
    const listed = tags?.split("\n").filter(Boolean) ?? [];
    if (listed.length > 0) docker(["rmi", ...listed], REMOVAL_LIMIT_MS);
  }
}

async function stopEngine() {
  if (!dockerd?.pid || dockerd.exitCode !== null || dockerd.signalCode !== null) return;
  const exited = new Promise((done) => dockerd.on("exit", done));
  dockerd.kill("SIGTERM");
  const timer = setTimeout(() => dockerd.kill("SIGKILL"), ENGINE_STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
