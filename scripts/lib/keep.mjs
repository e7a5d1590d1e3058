// Starts the keeper of keeper.mjs, which outlives this process to clean up after it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cacheDir } from "./project.mjs";
import { childEnv } from "./run.mjs";
import { Trouble } from "./say.mjs";

const KEEPER = join(import.meta.dirname, "keeper.mjs");

/**
 * Has what is called `prefix...` removed when this process ends, and what tags of `images` are made
 * until then. `engine`: starts a container engine for that time. Resolves to a function that does it
 * now, and tells the names of what could not be removed.
 */
export async function keep({ prefix, images, engine = false }) {
  mkdirSync(cacheDir, { recursive: true });
  const wanted = { prefix, images, engine, log: join(cacheDir, "engine.log") };
  const stdio = ["pipe", "pipe", "ignore"];
  // Not one of `run`'s groups, which end with this process.
  const args = [KEEPER, JSON.stringify(wanted)];
  const child = spawn(process.execPath, args, { stdio, detached: true, env: childEnv() });
  child.stdin.on("error", () => {});
  const exited = once(child, "exit");
  const output = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(output, "line"), exited]);
  if (line !== "ready") throw new Trouble(`No container engine: ${line ?? "its keeper ended"}.`);
  const told = [];
  output.on("line", (said) => told.push(said));
  const closed = once(output, "close");
  return async () => {
    child.stdin.end();
    await Promise.all([exited, closed]);
    return leftOf(told.at(-1));
  };
}

/** What its last line says is left; a line that is none of that is why it does not know. */
function leftOf(line) {
  try {
    return JSON.parse(line);
  } catch {
    return [line ?? "its keeper ended early"];
  }
}
