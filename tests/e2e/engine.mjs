// What the container engine says, which knows nothing of pools.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const DOCKER = process.env.WRANGLER_DOCKER_BIN ?? "docker";
const LIMIT_MS = 30_000;
const REMOVAL_TRIES = 20;
const RETRY_MS = 250;

/** workerd runs a second container beside each, through which requests reach it. */
const SIDECAR = "-proxy";

export class Engine {
  #prefix;

  /** Sees the containers whose names begin with `prefix`. */
  constructor(prefix) {
    this.#prefix = prefix;
  }

  /** The ids of the container objects whose containers run, sorted. */
  async running() {
    const names = await this.#names([]);
    return names
      .filter((name) => !name.endsWith(SIDECAR))
      .map((name) => name.split("-").at(-1))
      .sort();
  }

  /** Kills the container of this object, as if its machine had failed. */
  async kill(id) {
    const names = await this.#names([]);
    await docker(
      "kill",
      names.find((name) => name.endsWith(id)),
    );
  }

  /** Removes all that is there, running or not, sidecars included. */
  async removeAll() {
    // workerd may have asked for the end of some of them just before it was killed.
    for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
      const names = await this.#names(["--all"]);
      if (names.length === 0) return;
      await docker("rm", "--force", ...names).catch(() => sleep(RETRY_MS));
    }
    throw new Error(`containers called ${this.#prefix}* cannot be removed`);
  }

  async #names(flags) {
    const args = ["--no-trunc", "--filter", `name=${this.#prefix}`, "--format", "{{.Names}}"];
    const listed = await docker("ps", ...flags, ...args);
    return listed.split("\n").filter((name) => name.startsWith(this.#prefix));
  }
}

async function docker(...args) {
  const { stdout } = await promisify(execFile)(DOCKER, args, { timeout: LIMIT_MS });
  return stdout;
}
