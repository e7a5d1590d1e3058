/** The last hour as a table: what the charts show, for who cannot point at them. */
import type { Minute } from "./answers.ts";
import { make } from "./dom.ts";
import { clock, count, duration } from "./format.ts";
import { scrollingTable } from "./table.ts";

const COLUMNS: [string, (minute: Minute) => string][] = [
  ["Minute", ({ at }) => clock(at)],
  ["Sticky", ({ sticky }) => count(sticky)],
  ["Hits", ({ hits }) => count(hits)],
  ["Misses", ({ misses }) => count(misses)],
  ["Errors", ({ errors }) => count(errors)],
  ["p50", ({ claim_p50_ms }) => duration(claim_p50_ms)],
  ["p99", ({ claim_p99_ms }) => duration(claim_p99_ms)],
  ["Idle", ({ idle_seconds }) => duration(idle_seconds * 1000)],
];

export class Minutes {
  readonly element = make("details", "minutes");
  readonly #rows: HTMLElement;
  #minutes: Minute[] = [];

  constructor(runtime: string) {
    const columns = COLUMNS.map(([name]) => name);
    const { element, body } = scrollingTable(`Last hour of ${runtime} by minute`, columns);
    this.#rows = body;
    this.element.append(make("summary", "", "Last hour by minute"), element);
    this.element.addEventListener("toggle", () => this.#draw());
  }

  show(minutes: Minute[]): void {
    this.#minutes = minutes;
    this.#draw();
  }

  #draw(): void {
    if (!this.element.open) return;
    const rows = this.#minutes.map((minute) =>
      make("tr", "", ...COLUMNS.map(([, of]) => make("td", "", of(minute)))),
    );
    this.#rows.replaceChildren(...rows.reverse());
  }
}
