// Times inside a Worker. Its clock stands still but for input and output, and ticks in whole
// milliseconds, many times as long as a claim takes.

/**
 * Notes when things happen, in the order in which they do. What happens in one tick of the clock is
 * taken to be evenly spaced in it: so a median is right to a fraction of a tick, and what takes longer
 * than a tick to about one.
 */
export class Clock {
  readonly #ticks: number[] = [];

  /** Something happens; returns its number. */
  note(): number {
    return this.#ticks.push(Date.now()) - 1;
  }

  /** When each of it happened, ms. */
  times(): number[] {
    const ticks = this.#ticks;
    const times: number[] = [];
    for (let first = 0; first < ticks.length;) {
      let next = first;
      while (ticks[next] === ticks[first]) next += 1;
      for (let at = first; at < next; at++) {
        times.push((ticks[first] ?? 0) + (at - first + 0.5) / (next - first));
      }
      first = next;
    }
    return times;
  }
}

/** What a share of the values is at most. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
