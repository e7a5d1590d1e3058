/** Containers by state: how many there are, and how many there were while the page was open. */
import type { PoolStatus } from "./answers.ts";
import { Chart } from "./chart.ts";
import { make, setText } from "./dom.ts";
import { containers, count } from "./format.ts";

const STATES = [
  { name: "warm", of: (pool: PoolStatus) => pool.available },
  { name: "assigned", of: (pool: PoolStatus) => pool.in_use },
  { name: "starting", of: (pool: PoolStatus) => pool.starting },
  { name: "draining", of: (pool: PoolStatus) => pool.draining },
  { name: "stopping", of: (pool: PoolStatus) => pool.stopping },
] as const;

const WINDOW_MS = 10 * 60_000;
/** What the chart shows at least, however short the page has been open. */
const WINDOW_MIN_MS = 60_000;
/** A longer time without a look is a gap in the lines. */
const GAP_MS = 30_000;

interface Seen {
  atMs: number;
  counts: (number | null)[];
}

export class Containers {
  readonly tiles = make("dl", "tiles");
  readonly room = make("div", "room");
  readonly chart = new Chart({
    title: "Containers, live",
    lines: [
      ...STATES.map(({ name }) => ({
        label: name,
        color: name,
        as: count,
        kind: "steps" as const,
      })),
      { label: "target", color: "muted", as: count, kind: "dashes" },
    ],
    range: (_, max) => [0, Math.max(4, Math.ceil((max ?? 0) * 1.1))],
    axis: (value) => (Number.isInteger(value) ? count(value) : ""),
  });

  readonly #numbers = new Map<string, HTMLElement>();
  readonly #target = make("dd", "of");
  readonly #meter = make("meter");
  readonly #limit = make("span");
  #seen: Seen[] = [];

  constructor() {
    for (const name of [...STATES.map((state) => state.name), "waiting"]) {
      const number = make("dd", "number", "–");
      this.#numbers.set(name, number);
      const tile = make("div", `tile ${name}`, make("dt", "", name), number);
      if (name === "warm") tile.append(this.#target);
      this.tiles.append(tile);
    }
    this.#meter.setAttribute("aria-label", "Containers that exist, of those that may");
    this.room.append(this.#meter, this.#limit);
  }

  show(pool: PoolStatus, nowMs: number): void {
    const counts = STATES.map((state) => state.of(pool));
    STATES.forEach(({ name }, at) => this.#tile(name, counts[at] ?? 0));
    this.#tile("waiting", pool.claims_waiting);
    setText(this.#target, `of ${count(pool.target)} wanted`);
    this.#showRoom(
      pool,
      counts.reduce((sum, one) => sum + one, 0),
    );
    this.#remember(nowMs, [...counts, pool.target]);
    this.#draw(nowMs, pool, counts);
  }

  remove(): void {
    this.chart.remove();
  }

  #tile(name: string, many: number): void {
    const number = this.#numbers.get(name);
    if (!number) return;
    setText(number, count(many));
    number.classList.toggle("zero", many === 0);
  }

  #showRoom({ capacity, learned_capacity: learned }: PoolStatus, exist: number): void {
    this.#meter.hidden = capacity === null;
    if (capacity === null) {
      setText(this.#limit, `${containers(exist)} in all, no limit known`);
      return;
    }
    this.#meter.max = Math.max(capacity, 1);
    this.#meter.value = exist;
    const taught = learned === null ? "" : `; the platform showed room for ${count(learned)}`;
    setText(this.#limit, `${count(exist)} of ${containers(capacity)} exist${taught}`);
  }

  #remember(atMs: number, counts: (number | null)[]): void {
    const last = this.#seen.at(-1);
    if (last && atMs - last.atMs > GAP_MS) {
      this.#seen.push({ atMs: last.atMs + 1, counts: counts.map(() => null) });
    }
    this.#seen.push({ atMs, counts });
    this.#seen = this.#seen.filter((one) => one.atMs >= atMs - WINDOW_MS);
  }

  #draw(nowMs: number, pool: PoolStatus, counts: number[]): void {
    const edge: Seen = { atMs: nowMs - WINDOW_MIN_MS, counts: [] };
    const isShort = (this.#seen[0]?.atMs ?? nowMs) > edge.atMs;
    const seen = isShort ? [edge, ...this.#seen] : this.#seen;
    this.chart.show(
      seen.map((one) => one.atMs),
      [...STATES, null].map((_, at) => seen.map((one) => one.counts[at] ?? null)),
      `${count(pool.available)} warm`,
      STATES.map(({ name }, at) => `${count(counts[at] ?? null)} ${name}`).join(", "),
    );
  }
}
