// Pools that tell of themselves: each with the variables and bindings that its test gives it.
import { env } from "cloudflare:workers";
import { WarmPool } from "../../dist/worker.js";

/** A data point, as it was written. */
export interface DataPoint {
  indexes: string[];
  blobs: string[];
  doubles: number[];
}

/** What is bound for the pool with that id, and seen when its object is constructed. */
const bindings = new Map<string, object>();

/** Has the objects of that pool find `more` in their environment, from their next construction on. */
export function bind(pool: string, more: object): void {
  bindings.set(env.TELLING.idFromName(pool).toString(), more);
}

/** The pool's object with an environment of its own. */
export class Telling extends WarmPool {
  constructor(ctx: DurableObjectState, bound: Cloudflare.Env) {
    super(ctx, { ...bound, ...bindings.get(ctx.id.toString()) });
  }
}

/** A dataset that keeps its points, and refuses those that `refuse` is true of. */
export class Dataset {
  readonly points: DataPoint[] = [];
  asked = 0;
  readonly #refuse: () => boolean;

  constructor(refuse = () => false) {
    this.#refuse = refuse;
  }

  writeDataPoint(point: DataPoint): void {
    this.asked++;
    if (this.#refuse()) throw new Error("refused by a test");
    this.points.push(point);
  }
}
