// A server in a process group of its own, which can be killed as a machine loses power.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SERVE = join(import.meta.dirname, "serve.mjs");

/** Longest time to wait for anything, ms. */
const PATIENCE_MS = 60_000;

export class Server {
  #child;
  #url;

  /** Starts one over the state in `folder` and waits until it answers. `worker` is its source. */
  static async over(folder, worker = "worker.ts") {
    const server = new Server();
    const tooLong = setTimeout(() => server.kill(), PATIENCE_MS);
    try {
      await server.#start(folder, worker);
    } finally {
      clearTimeout(tooLong);
    }
    return server;
  }

  async #start(folder, worker) {
    const stdio = ["pipe", "pipe", "inherit"];
    // What is killed cannot clean up, so all that it leaves behind goes with the folder.
    const env = { ...process.env, TMPDIR: folder };
    this.#child = spawn(process.execPath, [SERVE, folder, worker], { stdio, env, detached: true });
    for await (const line of createInterface({ input: this.#child.stdout })) {
      if (!line.startsWith('{"url"')) continue;
      this.#url = JSON.parse(line).url;
      // Whatever it says from here on must not fill the pipe.
      return void this.#child.stdout.resume();
    }
    throw new Error("the server ended before it served anything");
  }

  /** Calls the Worker; fails as the call does. */
  async call(name, args) {
    const body = JSON.stringify({ call: name, with: args });
    const answer = await fetch(this.#url, { method: "POST", body });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Kills the process and all that it started, at once; not an error if they are gone. */
  async kill() {
    const { pid, exitCode, signalCode } = this.#child;
    const ended = exitCode !== null || signalCode !== null;
    const exit = ended ? undefined : once(this.#child, "exit");
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
    await exit;
  }
}

/** Repeats `check` until it does not throw. */
export async function eventually(check) {
  const deadlineAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadlineAtMs) throw error;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}
