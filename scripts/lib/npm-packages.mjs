// The npm packages of package-lock.json, and a Node that is new enough for wrangler.
import { existsSync, readFileSync } from "node:fs";
import { step } from "./progress.mjs";
import { atLeast, inRoot, npmVersion } from "./project.mjs";
import { ask } from "./run.mjs";
import { Trouble } from "./say.mjs";

const USUAL_MS = 25_000;

/** Installs what package-lock.json names, if node_modules holds anything else. */
export async function ensurePackages() {
  if (packagesMatchLock()) return;
  const args = ["ci", "--loglevel=error", "--no-audit", "--no-fund"];
  await step("installing npm packages", USUAL_MS, (exec) => exec("npm", args));
}

/** Wrangler and vitest run under the `node` that is first on a child's PATH: ours, from npm. */
export function ensureNode() {
  const wanted = JSON.parse(
    readFileSync(inRoot("node_modules/wrangler/package.json"), "utf8"),
  ).engines.node.replace(/[^0-9.]/g, "");
  const version = ask("node", ["--version"])?.slice(1);
  if (version && atLeast(version, wanted)) return;
  throw new Trouble(
    `wrangler ${npmVersion("wrangler")} needs Node ${wanted} and the npm package \`node\` did not ` +
      "bring one: install a newer Node, or run `npm ci` without --ignore-scripts.",
  );
}

/** Does node_modules hold exactly what package-lock.json names, as npm itself wrote down? */
function packagesMatchLock() {
  const installed = inRoot("node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const have = JSON.parse(readFileSync(installed, "utf8")).packages;
  const want = JSON.parse(readFileSync(inRoot("package-lock.json"), "utf8")).packages;
  return Object.entries(want).every(([path, entry]) => {
    // The root's own entry, and packages for other machines.
    if (path === "" || entry.optional || entry.devOptional) return true;
    return have[path]?.version === entry.version && have[path]?.integrity === entry.integrity;
  });
}
