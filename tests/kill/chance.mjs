// Chance that a seed repeats. The moments at which things happen in two processes are not: a seed
// repeats what is drawn, not how it interleaves.

/** Mulberry32: 32 bits of state, and good enough to choose among a few things. */
export class Chance {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least, most) {
    return least + this.next() * (most - least);
  }

  of(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** A chance of its own, so that one part's draws do not move another's. */
  fork() {
    return new Chance(this.next() * 2 ** 32);
  }
}
