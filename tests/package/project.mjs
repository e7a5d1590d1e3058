// A user's project outside the repository: what npm installs, and nothing of ours but the package.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import ts from "typescript";
import { inRoot } from "../../scripts/lib/project.mjs";
import { ask, run } from "../../scripts/lib/run.mjs";

/** Of anything: installing over a slow network is the longest. */
const LIMIT_MS = 5 * 60_000;

/** No telemetry, no look-up of where this machine is, and no questions. */
const QUIET = {
  CI: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_COLOR: "1",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
};

/** All that a project's programs find on their PATH besides its own: no Rust, for one. */
const PROGRAMS = ["env", "node", "npm", "sh"];

/** How this machine reaches the registry, where npm has its cache. */
const NETWORK =
  /^(home|https?_proxy|no_proxy|node_extra_ca_certs|npm_config_(cache|registry|userconfig))$/i;

/** Packs the package as it is published; returns the file. */
export async function pack(folder) {
  const { code, output } = await run("npm", ["pack", "--pack-destination", folder], quiet({}));
  assert.equal(code, 0, output);
  return join(folder, output.trim().split("\n").at(-1));
}

/** The packages of a folder of the repository with a lock file: all, or those that are named. */
export function packagesOf(folder, names) {
  const json = (file) => JSON.parse(readFileSync(inRoot(folder, file), "utf8"));
  const [packages, lock] = [json("package.json"), json("package-lock.json")];
  if (!names) return { packages, lock };
  const versions = names.map((name) => [name, packages.devDependencies[name]]);
  const devDependencies = Object.fromEntries(versions);
  const project = { name: "project", version: "0.0.0", type: "module", devDependencies };
  // npm takes what it needs of the lock.
  const locked = { ...lock.packages, "": project };
  return { packages: project, lock: { ...lock, ...project, packages: locked } };
}

export class Project {
  /** All that the project leaves behind is in here. */
  #home = realpathSync(mkdtempSync(join(tmpdir(), "warm-pool-package-")));
  #folder = join(this.#home, "project");
  #servers = [];

  /**
   * With the packages of `packages` and `lock`, and the one in the file `packed`, under each of the
   * names `as`.
   */
  static async with({ packages, lock }, packed, { as = ["cf-warm-pool"] } = {}) {
    const project = new Project();
    mkdirSync(project.#folder);
    mkdirSync(join(project.#home, "bin"));
    for (const program of PROGRAMS) {
      const path = program === "node" ? process.execPath : ask("which", [program]);
      symlinkSync(realpathSync(path), join(project.#home, "bin", program));
    }
    project.write("package.json", JSON.stringify(packages));
    project.write("package-lock.json", JSON.stringify(lock));
    project.write("app.tgz", readFileSync(packed));
    const npm = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    // What was downloaded for the repository is not downloaded again.
    const env = networkEnv();
    await project.succeeds("npm", ["ci", ...npm], env);
    const installed = as.map((name) => `${name}@file:./app.tgz`);
    await project.succeeds("npm", ["install", ...npm, "--offline", ...installed], env);
    return project;
  }

  /** Ends what runs and removes the folder. */
  async remove() {
    await Promise.all(this.#servers.map(stop));
    rmSync(this.#home, { recursive: true, force: true });
  }

  write(file, content) {
    mkdirSync(join(this.#folder, file, ".."), { recursive: true });
    writeFileSync(join(this.#folder, file), content);
  }

  /** Copies a file or folder of the repository. */
  copy(from, to = basename(from)) {
    cpSync(inRoot(from), join(this.#folder, to), {
      recursive: true,
      filter: (path) => !path.startsWith(inRoot(from, "node_modules")),
    });
  }

  read(file) {
    return readFileSync(join(this.#folder, file), "utf8");
  }

  /** Copies a folder of the project to another place in it. */
  duplicate(from, to) {
    cpSync(join(this.#folder, from), join(this.#folder, to), { recursive: true });
  }

  isLink(file) {
    return lstatSync(join(this.#folder, file)).isSymbolicLink();
  }

  /** The same as `succeeds`, for a program that reaches the registry. */
  async installs(command, args) {
    return this.succeeds(command, args, networkEnv());
  }

  /** Runs a program of the project and returns what it says; fails if it does. */
  async succeeds(command, args, extra = {}) {
    const { code, output } = await run(command, args, quiet(this.#surroundings(extra)));
    assert.equal(code, 0, `${[command, ...args].join(" ")}:\n${output}`);
    return output;
  }

  /** Runs `wrangler dev` and returns the address at which it answers. */
  async serve(...args) {
    const options = ["dev", "--ip=127.0.0.1", "--port=0", "--show-interactive-dev-session=false"];
    return this.serveWith("wrangler", [...options, ...args], /Ready on (http:\S+)/);
  }

  /** Runs a server of the project and returns the address that `ready` finds in what it prints. */
  async serveWith(command, args, ready) {
    const { env, cwd } = this.#surroundings();
    const stdio = ["ignore", "pipe", "inherit"];
    const server = spawn(command, args, { env, cwd, stdio, detached: true });
    this.#servers.push(server);
    const tooLong = setTimeout(() => stop(server), LIMIT_MS);
    try {
      let output = "";
      for await (const line of createInterface({ input: server.stdout })) {
        output += `${line}\n`;
        const [, address] = ready.exec(line) ?? [];
        if (!address) continue;
        server.stdout.resume();
        return address;
      }
      throw new Error(`${command} ended before it served anything:\n${output}`);
    } finally {
      clearTimeout(tooLong);
    }
  }

  #surroundings(extra = {}) {
    const PATH = [join(this.#folder, "node_modules/.bin"), join(this.#home, "bin")].join(":");
    return {
      cwd: this.#folder,
      env: { HOME: this.#home, TMPDIR: this.#home, ...QUIET, PATH, ...extra },
    };
  }
}

/** What a file with comments and trailing commas says. */
export function readJsonc(text) {
  const { config, error } = ts.parseConfigFileTextToJson("", text);
  assert.equal(error, undefined);
  return config;
}

function networkEnv() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK.test(name)));
}

async function stop(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  process.kill(-server.pid, "SIGKILL");
  await ended;
}

function quiet(options) {
  return { ...options, quiet: true, timeoutMs: LIMIT_MS };
}
