// Programs for the scripts to find in the place of docker.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The longest that a script may take, which may have a small program to compile. */
export const LIMIT_MS = 120_000;

export class Stubs {
  folder = mkdtempSync(join(tmpdir(), "cf-warm-pool-scripts-"));

  /** A program that does what the shell is told here. */
  program(name, body) {
    return this.file(name, `#!/bin/sh\n${body}\n`, 0o755);
  }

  file(name, text, mode = 0o644) {
    const file = join(this.folder, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  read(name) {
    return readFileSync(join(this.folder, name), "utf8");
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The last line that a module's text writes where this is docker, or so many of them. */
export function saidWith(docker, text, count) {
  const env = { ...process.env, WRANGLER_DOCKER_BIN: docker };
  // Whoever runs these tests may have chosen one.
  delete env.MINIFLARE_CONTAINER_EGRESS_IMAGE;
  const args = ["--input-type=module", "--eval", text];
  const options = { env, encoding: "utf8", timeout: LIMIT_MS };
  const said = execFileSync(process.execPath, args, options).trim().split("\n");
  return count === undefined ? said.at(-1) : said.slice(-count);
}
