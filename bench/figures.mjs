// What a row of the benchmark says: figures, a median of rounds to each contender, and what they
// were to reach.

/** The contenders' names in the report. */
export const NAMES = {
  ours: "this pool",
  peer: "0.1.2",
  bridge: "bridge",
  empty: "empty RPC",
  row: "one-row RPC",
};

/** The middle of the rounds, and how far they lie apart. */
export function summary(rounds) {
  const sorted = rounds.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1), rounds };
}

/** `of`: the rounds of each contender. */
export function figure(what, unit, of) {
  const summaries = Object.entries(of).map(([name, rounds]) => [name, summary([rounds].flat())]);
  return { what, unit, of: Object.fromEntries(summaries) };
}

/** The ratio of two contenders, round by round, since a round's noise is in both of them. */
export function ratio(over, under) {
  return summary(over.map((value, round) => value / under[round])).median;
}

/** Something that was to be at most `most`, or at least `least`. */
export function target(what, reached, { most, least, unit = "" }) {
  const met = (most === undefined || reached <= most) && (least === undefined || reached >= least);
  const wanted = most === undefined ? `at least ${least}` : `at most ${most}`;
  return { what, wanted: `${wanted}${unit && ` ${unit}`}`, reached, unit, met };
}
