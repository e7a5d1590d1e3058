// Starts other programs: node_modules/.bin first on PATH, each in a process group of its own, so
// that nothing is left running when a script is stopped.
import { spawn, spawnSync } from "node:child_process";
import { delimiter } from "node:path";
import { binDir, root } from "./project.mjs";
import { Trouble } from "./say.mjs";

/** How long a stopped child may take to end before it is killed. */
const STOP_GRACE_MS = 3000;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const groups = new Set();
let watching = false;
let stopping = false;

/** The environment for a child: `extra` over ours, and `pathFirst` in front of everything. */
export function childEnv({ extra = {}, pathFirst = [] } = {}) {
  const path = [...pathFirst, binDir, process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, ...extra, PATH: path };
}

/**
 * Runs a program to its end and returns `{ code, output, ms }`; `code` is null if it ran out of
 * time. Options: `env` (from `childEnv`), `cwd`, `quiet` (collect the output, do not show it),
 * `timeoutMs`.
 */
export function run(command, args, options = {}) {
  // A script that is being stopped starts nothing more.
  if (stopping) return new Promise(() => {});
  const startedAt = Date.now();
  const child = start(command, args, options);
  let output = "";
  const collect = (stream, shownOn) =>
    stream.on("data", (chunk) => {
      output += chunk;
      if (!options.quiet) shownOn.write(chunk);
    });
  collect(child.stdout, process.stdout);
  collect(child.stderr, process.stderr);

  return new Promise((done, failed) => {
    let timedOut = false;
    const timer = options.timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          signalGroup(child.pid, "SIGKILL");
        }, options.timeoutMs)
      : undefined;
    child.on("error", (error) => {
      clearTimeout(timer);
      failed(error.code === "ENOENT" ? new Trouble(`\`${command}\` is not installed.`) : error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      // It ended because we are being stopped: nobody is to go on with that result.
      if (stopping) return;
      done({ code: timedOut ? null : (code ?? 1), output, ms: Date.now() - startedAt });
    });
  });
}

/** The trimmed output of a short command, or null if it is missing or failed. */
export function ask(command, args, env = childEnv()) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, env, encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

/** Makes a signal that stops this script end it with `code` instead of the customary one. */
export function stopWithCode(code) {
  for (const signal of Object.keys(EXIT_CODES)) EXIT_CODES[signal] = code;
  watchSignals();
}

function start(command, args, { env = childEnv(), cwd = root }) {
  watchSignals();
  const stdio = ["ignore", "pipe", "pipe"];
  const child = spawn(command, args, { cwd, env, stdio, detached: true });
  if (child.pid === undefined) return child;
  groups.add(child.pid);
  child.on("exit", () => {
    // Whoever led the group has ended: what it left behind has no one to stop it.
    signalGroup(child.pid, "SIGKILL");
    groups.delete(child.pid);
  });
  return child;
}

function watchSignals() {
  if (watching) return;
  watching = true;
  for (const signal of Object.keys(EXIT_CODES)) process.on(signal, () => stopEverything(signal));
  process.on("exit", () => signalAll("SIGKILL"));
}

function stopEverything(signal) {
  if (stopping) return;
  stopping = true;
  signalAll("SIGTERM");
  const deadline = Date.now() + STOP_GRACE_MS;
  setInterval(() => {
    if (groups.size === 0 || Date.now() > deadline) process.exit(EXIT_CODES[signal]);
  }, 50);
}

function signalAll(signal) {
  for (const pid of groups) signalGroup(pid, signal);
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already.
  }
}
