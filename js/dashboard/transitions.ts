/** What became of containers, newest first, and why. */
import type { PoolActivity, Transition } from "./answers.ts";
import { make, setText } from "./dom.ts";
import { count, moment, words } from "./format.ts";
import { scrollingTable } from "./table.ts";

/** Of a UUID or a digest; the whole is in the title. */
const NAME_LENGTH = 8;

export class Transitions {
  readonly element = make("section", "transitions");
  readonly #rows: HTMLElement;
  readonly #note = make("p", "muted");
  #shown = "";

  constructor(runtime: string) {
    const columns = ["Time", "Container", "Became", "Cause", "Session"];
    const { element, body } = scrollingTable(`Last transitions of ${runtime}`, columns);
    this.#rows = body;
    this.element.append(make("h3", "", "Last transitions"), element, this.#note);
  }

  show({ transitions, dropped }: PoolActivity): void {
    // Rebuilt only if there is something new, so that a selection survives.
    const content = JSON.stringify([transitions, dropped]);
    if (content === this.#shown) return;
    this.#shown = content;
    this.#rows.replaceChildren(...transitions.map(row));
    const older = dropped > 0 ? `${count(dropped)} earlier ones are not listed.` : "";
    setText(this.#note, transitions.length === 0 ? "Nothing happened yet." : older);
  }
}

function row({ at, container, generation, to, cause, session }: Transition): HTMLElement {
  const time = make("time", "", moment(at));
  time.dateTime = new Date(at).toISOString();
  const life = generation > 1 ? ` · life ${count(generation)}` : "";
  return make(
    "tr",
    "",
    make("td", "when", time),
    make("td", "name", short(container), life),
    make("td", "to", make("span", `state ${to}`, words(to))),
    make("td", "cause", words(cause ?? "")),
    make("td", "session", short(session ?? "")),
  );
}

function short(name: string): HTMLElement {
  const element = make("code", "", name.slice(0, NAME_LENGTH));
  element.title = name;
  return element;
}
