// Debian's packages, where root may install them.
import { step } from "./progress.mjs";
import { ask, run } from "./run.mjs";
import { Trouble } from "./say.mjs";

const USUAL_MS = 30_000;

export function hasApt() {
  return ask("apt-get", ["--version"]) !== null;
}

export function isRoot() {
  return process.getuid?.() === 0;
}

/** Installs those that are missing. `what` names them in a sentence: "Debian's Rust for wasm". */
export async function ensureDebianPackages(packages, what) {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const install = ["install", "--yes", "--no-install-recommends", ...missing];
  const byHand = `\`apt-get ${install.join(" ")}\``;
  if (!isRoot()) throw new Trouble(`${what} is needed and only root can install it: ${byHand}.`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await step(`installing ${missing.join(", ")} with apt-get`, USUAL_MS, async (exec) => {
    // An old list of packages may do.
    await run("apt-get", ["update"], { env, quiet: true });
    await exec("apt-get", install, { env });
  });
}

function isInstalled(name) {
  return ask("dpkg-query", ["-W", "-f=${Status}", name])?.endsWith(" installed") ?? false;
}
