// The killed process from the outside: started, asked, killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundle, COMPATIBILITY_DATE } from "../worker/platform/bundle.mjs";

const SERVE = fileURLToPath(new URL("serve.mjs", import.meta.url));
const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));

const START_LIMIT_MS = 30_000;
/** Longer than any claim may take by the pool's configuration. */
const ANSWER_LIMIT_MS = 20_000;
const OUTPUT_KEPT = 4000;

/** A folder with the built Worker; the storage will lie beside it. */
export async function prepareFolder() {
  const modules = await bundle(WORKER);
  const folder = mkdtempSync(join(tmpdir(), "cf-warm-pool-kill-"));
  mkdirSync(join(folder, "tmp"));
  for (const { path, contents } of modules) writeFileSync(join(folder, path), contents);
  const files = modules.map(({ type, path }) => ({ type, path }));
  const description = { compatibilityDate: COMPATIBILITY_DATE, files };
  writeFileSync(join(folder, "modules.json"), JSON.stringify(description));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export class Server {
  /** From the moment on at which it is sent the signal: whatever it owes may stay unanswered. */
  killed = false;
  #child;
  #url;
  #output = "";

  /** Starts a process over what `folder` holds; resolves when it answers. */
  static async start(folder, bindings) {
    const server = new Server();
    await server.#start(folder, bindings);
    return server;
  }

  /** `{ status, answer }`, or undefined if it was killed before it answered. */
  async ask(path, init = {}) {
    try {
      const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const response = await fetch(new URL(path, this.#url), { signal, ...init });
      return { status: response.status, answer: await response.json() };
    } catch (error) {
      if (this.killed) return undefined;
      throw new Error(`${path} was not answered\n${this.#output}`, { cause: error });
    }
  }

  /** SIGKILL to it and to workerd; resolves when both are gone. */
  async kill() {
    if (this.killed) return;
    this.killed = true;
    const exited = once(this.#child, "exit");
    signalGroup(this.#child.pid);
    if (this.#child.exitCode === null && this.#child.signalCode === null) await exited;
    while (this.#url && (await isListening(this.#url))) await sleep(5);
  }

  async #start(folder, bindings) {
    const args = [SERVE, JSON.stringify({ folder, bindings })];
    const env = { ...process.env, TMPDIR: join(folder, "tmp") };
    const child = spawn(process.execPath, args, { stdio: "pipe", detached: true, env });
    this.#child = child;
    let lines = "";
    const ready = new Promise((done) => {
      child.stdout.on("data", (data) => {
        lines += data;
        if (lines.includes("\n")) done(lines.split("\n")[0]);
        this.#keep(data);
      });
      child.on("exit", () => done(undefined));
      setTimeout(done, START_LIMIT_MS).unref();
    });
    child.stderr.on("data", (data) => this.#keep(data));
    child.stdin.on("error", () => {});
    this.#url = await ready;
    if (this.#url) return;
    await this.kill();
    throw new Error(`the server did not start:\n${this.#output}`);
  }

  #keep(data) {
    this.#output = (this.#output + data).slice(-OUTPUT_KEPT);
  }
}

function signalGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has ended already.
  }
}

async function isListening(url) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port });
  const listening = await new Promise((done) => {
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
  socket.destroy();
  return listening;
}
