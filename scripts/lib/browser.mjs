// The browser of the dashboard's tests: one that is installed, or Debian's where root may install it.
import { existsSync } from "node:fs";
import { ensureDebianPackages, hasApt, isRoot } from "./apt.mjs";
import { ask } from "./run.mjs";
import { Trouble } from "./say.mjs";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const HOW = "set CHROME_PATH to a Chrome or Chromium";

/** The path of Chrome or Chromium, `CHROME_PATH` before all others; undefined if there is none. */
export function installedBrowser() {
  const given = process.env.CHROME_PATH;
  if (given) return existsSync(given) ? given : undefined;
  const found = COMMANDS.map((command) => ask("which", [command])).find(Boolean);
  return found ?? PLACES.find((place) => existsSync(place));
}

/** Why there is none and none may be installed, in a few words; undefined if there can be one. */
export function missingBrowser() {
  if (installedBrowser()) return undefined;
  if (process.env.CHROME_PATH) return `CHROME_PATH is ${process.env.CHROME_PATH}: no such file`;
  return mayInstall() ? undefined : `no browser is installed (${HOW})`;
}

/** Its path, after installing it where that is called for. */
export async function ensureBrowser() {
  if (!installedBrowser()) await ensureDebianPackages(["chromium"], "A browser");
  const path = installedBrowser();
  if (!path) throw new Trouble(`No browser was found: ${HOW}.`);
  return path;
}

function mayInstall() {
  return process.platform === "linux" && isRoot() && hasApt();
}
