// Runs `wrangler dev` until it is killed or whoever started it has ended: then nothing of it is to
// stay, nor of the folder it works in, which is the first argument; the others are wrangler's. Its
// containers are the keeper's business (scripts/lib/keeper.mjs).
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

const WRANGLER = join(import.meta.dirname, "../../node_modules/wrangler/bin/wrangler.js");

const [folder, ...args] = process.argv.slice(2);
const stdio = ["ignore", "inherit", "inherit"];
const wrangler = spawn(process.execPath, [WRANGLER, "dev", ...args], { stdio });
wrangler.on("exit", (code) => process.exit(code ?? 1));
process.on("SIGTERM", () => wrangler.kill("SIGTERM"));

process.stdin.resume().on("end", () => {
  rmSync(folder, { recursive: true, force: true });
  // The group holds this process, wrangler and workerd.
  process.kill(0, "SIGKILL");
});
