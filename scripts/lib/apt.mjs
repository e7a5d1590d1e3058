// Debian's packages, where root may install them.
import { ask, run } from "./run.mjs";
import { say, Trouble } from "./say.mjs";

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
  say(`installing Debian's ${missing.join(", ")} (about 30 s, once)`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env, quiet: true });
  const { code, output } = await run("apt-get", install, { env, quiet: true });
  if (code === 0) return;
  process.stderr.write(output);
  throw new Trouble(`${what} could not be installed: ${byHand} failed.`);
}

function isInstalled(name) {
  return ask("dpkg-query", ["-W", "-f=${Status}", name])?.endsWith(" installed") ?? false;
}
