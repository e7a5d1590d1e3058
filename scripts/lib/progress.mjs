// The progress of set-up and build: one line for each step, with its time beside the usual time. What
// a step's programs write is shown only if the step fails.
import { cursorTo, clearScreenDown, moveCursor } from "node:readline";
import { run } from "./run.mjs";
import { Trouble } from "./say.mjs";

const REDRAW_MS = 1000;

export class Progress {
  #out;
  #now;
  #running = new Set();
  #drawn = 0;
  #timer;

  /** Writes to `out`: in place if that is a terminal, otherwise a line at each start and end. */
  constructor(out = process.stdout, now = Date.now) {
    this.#out = out;
    this.#now = now;
  }

  /**
   * Runs `work(exec)` as a step and returns its result. `exec` is `run`, without output on the screen,
   * and fails the step if the program does. Several steps may run at once.
   *
   * @throws {Trouble} if a program of the step fails, after its whole output
   */
  async step(name, usualMs, work) {
    const running = { name, usualMs, startedAtMs: this.#now() };
    const output = [];
    const exec = async (command, args, options) => {
      const result = await run(command, args, { ...options, quiet: true });
      output.push(result.output);
      if (result.code === 0) return result;
      const how = result.code === null ? "ran out of time" : `exited with code ${result.code}`;
      throw new Trouble(`${name} failed: ${command} ${how} (see its output above)`);
    };
    this.#start(running);
    try {
      const result = await work(exec);
      this.#end(running, "");
      return result;
    } catch (error) {
      this.#end(running, "failed after ", output.join(""));
      throw error;
    }
  }

  /** Writes a line above those of the running steps. */
  note(line) {
    this.#clear();
    this.#out.write(`${line}\n`);
    this.redraw();
  }

  /** Shows the time of the running steps, on a terminal. */
  redraw() {
    if (!this.#out.isTTY) return;
    this.#clear();
    // A line that wraps would be two lines to clear.
    const width = (this.#out.columns ?? 80) - 1;
    for (const { name, usualMs, startedAtMs } of this.#running) {
      const line = `${name}  ${clock(this.#now() - startedAtMs)} of about ${clock(usualMs)}`;
      this.#out.write(`${line.slice(0, width)}\n`);
    }
    this.#drawn = this.#running.size;
  }

  #start(running) {
    this.#running.add(running);
    if (!this.#out.isTTY) return this.note(`${running.name} (about ${clock(running.usualMs)})`);
    this.redraw();
    this.#timer ??= setInterval(() => this.redraw(), REDRAW_MS);
  }

  #end(running, how, output = "") {
    this.#running.delete(running);
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const took = clock(this.#now() - running.startedAtMs);
    const end = this.#out.isTTY || how ? how : "done in ";
    this.note(`${running.name}${this.#out.isTTY ? " " : ":"} ${end}${took}`);
    if (output) this.note(output.trimEnd());
  }

  #clear() {
    if (this.#drawn === 0) return;
    moveCursor(this.#out, 0, -this.#drawn);
    cursorTo(this.#out, 0);
    clearScreenDown(this.#out);
    this.#drawn = 0;
  }
}

const progress = new Progress();

/** See {@link Progress.step}; on standard output. */
export const step = (name, usualMs, work) => progress.step(name, usualMs, work);

/** See {@link Progress.note}; on standard output. */
export const note = (line) => progress.note(line);

/** `0:34`, `2:05`. */
export function clock(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
