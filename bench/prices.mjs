// What the platform asks for what the benchmark counts, in US dollars, as published.
export const PRICES = {
  date: "November 2026",
  requestsMillion: 0.15,
  rowsMillion: 1,
  /** A Durable Object that works all month, or could not hibernate. */
  objectMonth: 4.15,
};
