// What happened, to be told when something must not have.

/** Most events that are kept, and that are told of one violation. */
const KEPT_MAX = 20_000;
const TOLD_MAX = 60;

export class Events {
  /** Each is one thing that must never happen, with what led to it. */
  violations = [];
  #startedAtMs = Date.now();
  #kept = [];

  /** `about` names the containers and sessions it is about; none: it is about all of them. */
  add(what, ...about) {
    if (this.#kept.length >= KEPT_MAX) this.#kept.splice(0, KEPT_MAX / 2);
    this.#kept.push({ atMs: Date.now() - this.#startedAtMs, what, about });
  }

  violation(what, ...about) {
    const concerned = this.#kept.filter(
      (event) => event.about.length === 0 || event.about.some((one) => about.includes(one)),
    );
    const lines = concerned.slice(-TOLD_MAX).map(line);
    this.violations.push(`${[what, ...about].join(" ")}\n${lines.join("\n")}`);
  }
}

function line({ atMs, what, about }) {
  return `  ${String(atMs).padStart(8)} ms  ${[what, ...about].join(" ")}`;
}
