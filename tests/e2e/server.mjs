// `wrangler dev` over real containers, from the outside: started, asked, killed, and cleaned up after.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "./engine.mjs";

const SERVE = join(import.meta.dirname, "serve.mjs");
const CONFIG = join(import.meta.dirname, "wrangler.jsonc");

/** The kinds of container class there are, with the bindings they have. */
export const CLASSES = [
  ["a pooled class", "CONTAINER"],
  ["a plain class", "PLAIN"],
];

/** Every Worker of these tests is called this and something, so that its containers can be told. */
const NAME = process.env.E2E_NAME ?? "cf-warm-pool-e2e";

/** For `fetch`: wrangler would compress text, and hold it back for that. */
export const IDENTITY = { headers: { "accept-encoding": "identity" } };

/** Bundling, building the image and starting workerd, on a busy machine. */
const START_LIMIT_MS = 60_000;
/** Longer than any answer takes by the pool's own limits. */
const ANSWER_LIMIT_MS = 40_000;
const STOP_LIMIT_MS = 5000;
const OUTPUT_KEPT = 8000;

const QUIET = {
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

export class Server {
  /** What the engine runs of it. */
  engine;
  #folder;
  #config;
  #name;
  #child;
  #url;
  #output = "";

  /** `name` tells the containers of one test file from those of another that runs beside it. */
  constructor(name, config = CONFIG) {
    this.#folder = mkdtempSync(join(tmpdir(), "cf-warm-pool-e2e-"));
    this.#name = `${NAME}-${name}`;
    this.#config = config;
    this.engine = new Engine(`workerd-${this.#name}-`);
  }

  /** Starts it over the state that an earlier start left; resolves when it answers. */
  async start(vars = {}) {
    const args = ["--config", this.#config, "--name", this.#name, "--ip", "127.0.0.1"];
    args.push("--port", "0", "--inspector-port", "0", "--persist-to", join(this.#folder, "state"));
    args.push("--show-interactive-dev-session=false");
    for (const [name, value] of Object.entries(vars)) args.push("--var", `${name}:${value}`);
    // What is killed cannot clean up, so all that it leaves behind goes with the folder.
    const env = { ...process.env, ...QUIET, TMPDIR: this.#folder };
    const child = spawn(process.execPath, [SERVE, this.#folder, ...args], {
      env,
      stdio: "pipe",
      detached: true,
    });
    this.#child = child;
    this.#output = "";
    const ready = new Promise((done) => {
      const read = (data) => {
        this.#output = (this.#output + data).slice(-OUTPUT_KEPT);
        const found = this.#output.match(/Ready on (http:\/\/\S+)/);
        if (found) done(found[1]);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("exit", () => done(undefined));
      setTimeout(done, START_LIMIT_MS).unref();
    });
    child.stdin.on("error", () => {});
    this.#url = await ready;
    if (this.#url) return;
    await this.kill();
    throw new Error(`wrangler dev did not start:\n${this.#output}`);
  }

  /** Calls the Worker; fails as the call does. */
  async call(name, args) {
    const response = await this.#fetch("/", {
      method: "POST",
      body: JSON.stringify({ call: name, with: args }),
    });
    const answer = await response.json();
    if (answer?.error === undefined) return answer;
    throw Object.assign(new Error(answer.error.message), answer.error);
  }

  /** A request of a session to its container. */
  fetch(session, path, init = {}) {
    return this.#fetch(path, { ...init, headers: { ...init.headers, "x-session-id": session } });
  }

  /** What the session's container says of itself. */
  async whoami(session) {
    const response = await this.fetch(session, "/whoami");
    const text = await response.text();
    if (!response.ok) throw new Error(`whoami: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** A request without a session. */
  async ask(path, headers = {}) {
    return (await this.#fetch(path, { headers })).json();
  }

  /** An open WebSocket to the session's container. */
  async socket(session, path) {
    const url = new URL(path, this.#url.replace("http", "ws"));
    const socket = new WebSocket(url, { headers: { "x-session-id": session } });
    socket.binaryType = "arraybuffer";
    await once(socket, "open", { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return socket;
  }

  /** SIGKILL to wrangler and workerd at once. Its containers run on. */
  async kill() {
    const exited = this.#exit();
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
    await exited;
  }

  /** The end of it all, its containers included. */
  async remove() {
    if (this.#child) await this.#stop();
    await this.engine.removeAll();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Lets wrangler put away what it wrote beside its configuration. */
  async #stop() {
    const tooLong = setTimeout(() => void this.kill(), STOP_LIMIT_MS);
    this.#child.kill("SIGTERM");
    await this.#exit();
    clearTimeout(tooLong);
  }

  /** Resolves when the process has ended, at once if it has. */
  async #exit() {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) await once(this.#child, "exit");
  }

  #fetch(path, init) {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    return fetch(new URL(path, this.#url), { signal, ...init });
  }
}
