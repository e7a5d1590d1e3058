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

  /** The names of all that is there, running or not, sidecars included. */
  names() {
    return this.#names(["--all"]);
  }

  /** Kills the container of this object, as if its machine had failed. */
  async kill(id) {
    await docker("kill", await this.#nameOf(id));
  }

  /** How large the image is that the container of this object runs, bytes. */
  async imageBytes(id) {
    const image = await docker("inspect", "--format", "{{.Image}}", await this.#nameOf(id));
    return Number(await docker("image", "inspect", "--format", "{{.Size}}", image.trim()));
  }

  /** Removes all that. */
  async removeAll() {
    // workerd may have asked for the end of some of them just before it was killed.
    for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
      const names = await this.names();
      if (names.length === 0) return;
      await docker("rm", "--force", ...names).catch(() => sleep(RETRY_MS));
    }
    throw new Error(`containers called ${this.#prefix}* cannot be removed`);
  }

  async #nameOf(id) {
    const name = (await this.#names([])).find((name) => name.endsWith(id));
    if (name === undefined) throw new Error(`no container of ${id} runs`);
    return name;
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
