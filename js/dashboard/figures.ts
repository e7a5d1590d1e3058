/** What a pool costs, how old its containers are, and what it does next. */
import type { PoolStatus } from "./answers.ts";
import { make, setText } from "./dom.ts";
import { count, dollars, duration, moment, NONE } from "./format.ts";

interface Row {
  name: string;
  of: (pool: PoolStatus) => string;
  aside?: (pool: PoolStatus) => string;
}

const ROWS: Row[] = [
  {
    name: "Claims, last hour",
    of: ({ last_hour: { sticky, hits, misses, errors } }) => count(sticky + hits + misses + errors),
    aside: ({ last_hour: { sticky, hits, misses, errors } }) =>
      `${count(sticky)} sticky, ${count(hits)} hits, ${count(misses)} misses, ${count(errors)} errors`,
  },
  { name: "Idle so far", of: ({ idle }) => duration(idle.container_seconds * 1000) },
  {
    name: "Idle cost, estimated",
    of: ({ idle }) => dollars(idle.estimated_usd),
    aside: ({ idle }) => `${idle.instance_type}, prices of ${idle.prices_of}`,
  },
  { name: "Oldest warm", of: (pool) => duration(pool.oldest_warm_ms) },
  { name: "Oldest assigned", of: (pool) => duration(pool.oldest_assigned_ms) },
  { name: "Wakes by itself", of: (pool) => (pool.next_wake_at ? moment(pool.next_wake_at) : NONE) },
];

export class FigureList {
  readonly element = make("dl", "figures");
  readonly #rows = ROWS.map((row) => {
    const [value, aside] = [make("dd"), make("dd", "aside")];
    this.element.append(make("div", "", make("dt", "", row.name), value, aside));
    return { ...row, elements: { value, aside } };
  });

  show(pool: PoolStatus): void {
    for (const { of, aside, elements } of this.#rows) {
      setText(elements.value, of(pool));
      setText(elements.aside, aside?.(pool) ?? "");
    }
  }
}
