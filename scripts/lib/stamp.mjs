// Remembers what a step was last done with, so that it is skipped when nothing changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDir, inRoot } from "./project.mjs";

/** A hash over the content of files and folders of the project, and over `values`. */
export function fingerprint(paths, values) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(filesUnder).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(inRoot(file)))
      .update("\0");
  }
  return hash.update(JSON.stringify(values)).digest("hex");
}

/** Was step `name` last done with `print`, and is all that it made still there? */
export function isDone(name, print, outputs) {
  const file = stampFile(name);
  if (!existsSync(file) || !outputs.every((output) => existsSync(inRoot(output)))) return false;
  return readFileSync(file, "utf8") === print;
}

export function markDone(name, print) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), print);
}

/** Paths, relative to the project, of the files in a folder (or of the file itself). */
export function filesUnder(path) {
  if (!existsSync(inRoot(path))) return [];
  if (statSync(inRoot(path)).isFile()) return [path];
  return readdirSync(inRoot(path)).flatMap((name) => filesUnder(join(path, name)));
}

function stampFile(name) {
  return join(cacheDir, "stamps", name);
}
