// What the scripts print, and how they end when something expected goes wrong.

/** Trouble that the reader can do something about: printed as one sentence, without a stack. */
export class Trouble extends Error {}

export function say(line) {
  console.log(line);
}

/** A heading above the output of a longer step. */
export function heading(line) {
  console.log(`\n== ${line}`);
}

/** `850 ms`, `14 s`, `2 min 20 s`. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Runs a script's body, whose value, if any, is the exit code; whatever it started ends with it. */
export async function main(body) {
  try {
    process.exit((await body()) ?? 0);
  } catch (error) {
    console.error(error instanceof Trouble ? `\n${error.message}` : error);
    process.exit(1);
  }
}
