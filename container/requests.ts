/** One request, from its arrival until its answer is complete. */
export interface Underway {
  /** It has reached an instance; the signal says when that one is gone. */
  served(): AbortSignal;
  /** It is over. May be called again. */
  ended(): void;
}

/** The requests under way in a container's object, streams and WebSockets included. */
export class Requests {
  /** Each with what tells it that the instance it has reached is gone. */
  readonly #underWay = new Set<{ gone?: AbortController }>();

  get count(): number {
    return this.#underWay.size;
  }

  arrived(): Underway {
    const request: { gone?: AbortController } = {};
    this.#underWay.add(request);
    return {
      served: () => (request.gone = new AbortController()).signal,
      ended: () => void this.#underWay.delete(request),
    };
  }

  /** The instance is gone, and the requests it served with it; those that wait for another stay. */
  cut(): void {
    for (const request of this.#underWay) {
      if (!request.gone) continue;
      this.#underWay.delete(request);
      request.gone.abort();
    }
  }
}
