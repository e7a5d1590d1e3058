/** One runtime's pool, all of it. */
import { Actions, type Carrier } from "./actions.ts";
import type { Failed, PoolActivity, PoolStatus } from "./answers.ts";
import { Containers } from "./containers.ts";
import { make, setText } from "./dom.ts";
import { FigureList } from "./figures.ts";
import { words } from "./format.ts";
import { HourCharts } from "./hour.ts";
import { Minutes } from "./minutes.ts";
import { Transitions } from "./transitions.ts";

export class Pool {
  readonly element = make("article", "pool");
  readonly #breaker = make("span", "badge");
  readonly #problem = make("p", "note");
  readonly #body = make("div", "body");
  readonly #containers = new Containers();
  readonly #hour = new HourCharts();
  readonly #figures = new FigureList();
  readonly #minutes: Minutes;
  readonly #transitions: Transitions;
  readonly #actions: Actions;

  constructor(runtime: string, carry: Carrier) {
    this.#minutes = new Minutes(runtime);
    this.#transitions = new Transitions(runtime);
    this.#actions = new Actions(runtime, carry);
    const title = make("h2", "", runtime);
    title.id = `pool-${runtime}`;
    this.element.setAttribute("aria-labelledby", title.id);
    this.#body.append(
      this.#containers.tiles,
      this.#containers.room,
      make(
        "div",
        "charts",
        this.#containers.chart.element,
        this.#hour.hits.element,
        this.#hour.times.element,
      ),
      this.#minutes.element,
      make("div", "details", this.#figures.element, this.#transitions.element),
    );
    const head = make("div", "head", title, this.#breaker, this.#actions.element);
    this.element.append(head, this.#problem, this.#body);
  }

  show(status: PoolStatus | Failed, activity: PoolActivity | Failed | undefined): void {
    const failed = [status, activity].find((answer) => answer !== undefined && "error" in answer);
    this.#actions.show("error" in status ? undefined : status);
    this.#body.hidden = "error" in status;
    this.#breaker.hidden = "error" in status;
    if (failed && "error" in failed) this.#say(`No figures: ${failed.error.message}`, true);
    if ("error" in status) return;
    const nowMs = Date.now();
    if (!failed) this.#showStarts(status);
    this.#containers.show(status, nowMs);
    this.#figures.show(status);
    if (!activity || "error" in activity) return;
    this.#hour.show(activity.minutes, status.last_hour, nowMs);
    this.#minutes.show(activity.minutes);
    this.#transitions.show(activity);
  }

  remove(): void {
    this.#containers.remove();
    this.#hour.remove();
    this.element.remove();
  }

  /** Whether starts work, and what the last one that did not said. */
  #showStarts({ breaker, last_error }: PoolStatus): void {
    const open = breaker === "open";
    setText(this.#breaker, `breaker ${breaker}`);
    this.#breaker.classList.toggle("bad", open);
    const last = last_error && `(${words(last_error.class)}): ${last_error.message}`;
    if (open) {
      this.#say(`Starts fail and are tried again one at a time. The last one ${last ?? ""}`, true);
    } else {
      this.#say(last ? `The last start that failed ${last}` : "", false);
    }
  }

  #say(text: string, bad: boolean): void {
    this.#problem.hidden = text === "";
    this.#problem.classList.toggle("bad", bad);
    setText(this.#problem, text);
  }
}
