// The container engine: whether one answers, and how one is started where that may be done.
import { spawnSync } from "node:child_process";
import { ensureDebianPackages, hasApt, isRoot } from "./apt.mjs";

/** The command that wrangler uses too. */
const DOCKER = process.env.WRANGLER_DOCKER_BIN ?? "docker";

/** An engine that hangs counts as none. */
const LIMIT_MS = 15_000;

const PACKAGES = ["docker.io", "containerd", "runc", "iptables"];

/** Runs a docker command; returns its trimmed output, or null if it failed. */
export function docker(args, timeoutMs = LIMIT_MS) {
  const { status, stdout } = spawnSync(DOCKER, args, { encoding: "utf8", timeout: timeoutMs });
  return status === 0 ? stdout.trim() : null;
}

/** Why there is no engine, in a few words; undefined if one answers. */
export function whyNoEngine() {
  const { error, status, stdout, stderr } = spawnSync(
    DOCKER,
    ["version", "--format", "{{.Server.Version}}"],
    { encoding: "utf8", timeout: LIMIT_MS },
  );
  if (error?.code === "ENOENT") return `\`${DOCKER}\` is not installed`;
  if (error) return `\`${DOCKER}\` does not answer (${error.code})`;
  if (status === 0 && stdout.trim() !== "") return undefined;
  const said = stderr.trim().split("\n").at(-1);
  return `no container engine answers \`${DOCKER}\`${said ? ` (${said})` : ""}`;
}

/** May this script install and start one? */
export function mayStartEngine() {
  return process.platform === "linux" && isRoot() && hasApt() && DOCKER === "docker";
}

export async function installEngine() {
  await ensureDebianPackages(PACKAGES, "A container engine");
}
