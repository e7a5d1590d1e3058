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
 * Has what is called `prefix...` removed when this process ends, and the tags of `images`. `engine`:
 * starts a container engine for that time. Resolves to a function that does it now.
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
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    exited,
  ]);
  if (line !== "ready") throw new Trouble(`No container engine: ${line ?? "its keeper ended"}.`);
  return async () => {
    child.stdin.end();
    await exited;
  };
}
