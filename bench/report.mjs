// What was measured, in words: on the terminal, and as BENCHMARKS.md.
import { NAMES } from "./figures.mjs";
import { HELD } from "./held.mjs";

/** A row on the terminal. */
export function linesOf({ figures, targets, notes = [] }) {
  return [
    ...figures.map(
      ({ what, unit, of }) =>
        `${what}: ${Object.entries(of)
          .map(([name, told]) => `${NAMES[name]} ${amount(told.median, unit)}`)
          .join(", ")}`,
    ),
    ...targets.map(({ what, wanted, reached, unit, met }) =>
      [met ? "  reached" : "  MISSED ", what, amount(reached, unit), `(${wanted})`].join("  "),
    ),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** The whole report. */
export function markdown({ rows, ...made }) {
  return `${[head(made), targetsOf(rows), heldOf(rows), ...Object.entries(rows).map(figuresOf), HOW].join("\n")}`;
}

function head({ date, commit, seed, machine, versions, took }) {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Benchmarks

Made by \`npm run bench\` on ${date}, of commit ${commit}, seed ${seed}, in ${took}. To repeat it:
\`npm run bench -- --seed ${seed}\`; one row of it: \`-- --only a\`; all that was measured as JSON: \`-- --out file.json\`.

Machine: ${machine}. ${list.join(", ")}.

**this pool** is what \`npm run build\` makes, **0.1.2** is \`cf-container-warm-pool\`, **bridge** is the \`WarmPool\` of
\`@cloudflare/sandbox/bridge\`; the last two unmodified from npm. **empty RPC** and **one-row RPC** are the floor: a call
to a Durable Object that does nothing, and to one that commits a row. All of them run in one workerd, on the same
simulated containers, and take turns. Ratios are the result: absolute times describe the machine, and other work on it.
`;
}

function targetsOf(rows) {
  const lines = Object.entries(rows).flatMap(([key, { targets }]) =>
    targets.map(({ what, wanted, reached, unit, met }) => [
      key,
      what,
      wanted,
      amount(reached, unit),
      met ? "yes" : "**no**",
    ]),
  );
  return `## To reach\n\n${table(["", "", "to reach", "reached", "met"], lines)}\n`;
}

/** Of the rows in which something is not reached. */
function heldOf(rows) {
  const missed = Object.entries(rows).filter(([, { targets }]) => targets.some(({ met }) => !met));
  const paragraphs = missed.map(([key]) => `- **${key}.** ${HELD[key] ?? "Not looked into."}\n`);
  return `## What holds what is not reached\n\n${paragraphs.join("")}`;
}

function figuresOf([key, { title, figures, notes = [] }]) {
  const names = Object.keys(NAMES).filter((name) => figures.some(({ of }) => of[name]));
  const lines = figures.map(({ what, unit, of }) => [
    what,
    ...names.map((name) => (of[name] ? spread(of[name], unit) : "")),
  ]);
  const said = notes.map((note) => `\n${note}\n`).join("");
  return `## ${key}. ${title}\n\n${table(["", ...names.map((name) => NAMES[name])], lines)}\n${said}`;
}

/** The median, and the least and the most of the rounds. */
function spread({ median, least, most, rounds }, unit) {
  if (rounds.length === 1 || least === most) return amount(median, unit);
  return `${amount(median, unit)} (${amount(least, "")}–${amount(most, "")})`;
}

function amount(value, unit) {
  if (!Number.isFinite(value)) return "not measured here";
  const digits =
    Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  const text = Number(value.toFixed(digits)).toLocaleString("en", { maximumFractionDigits: 3 });
  if (unit === "$") return `$${text}`;
  return unit === "/s" ? `${text}/s` : [text, unit].filter(Boolean).join(" ");
}

function table(head, lines) {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}

const HOW = `## How it is measured

- **A round** is one measurement of each contender, and the next round begins with the next of them. One round before
  them is not kept: code is compiled in it. Tables give the median of 5 rounds, and the least and most. A ratio is taken
  within each round, and the median of those is what counts.
- **Time.** The loop that claims runs in the Worker, so no HTTP is in the figures. A Worker's clock ticks in whole
  milliseconds and only with input or output: a mean is the time of the whole round from a tick on, divided by its
  claims. For p50 and p99, what happens in one tick is taken to be evenly spaced in it, so that what takes longer than a
  tick is right to about one.
- **A claim** is what a contender's README has: a client made for the request, and its \`getContainer\`; for the bridge,
  which has no client, what its routes do (\`configure\`, \`getContainer\`). Stocks are larger than what is claimed, so that
  no replacement is started while claims are timed (row g counts them with their replacement).
- **Rows** lie on a RAM disk, so that contenders are measured and not the disk; in row a also on the disk, where to
  commit takes what it takes to sync a file.
- **Many sessions** are written into the pool's storage before it is used: as rows for this pool, as the values they
  store for the peers, whose storage refuses more than 28,947 sessions.
- **Bytes** are what workerd has written to files as Linux counts it (\`/proc/<pid>/io\`): pages of SQLite's log, and those
  it copies from there.
- **A refresh** takes from the first \`getState\` to the last answer, as the containers see it. Those of the peers are made
  to come at once; ours comes by the clock, as often as it may. All containers are in memory before, as a refresh every
  10 s keeps them.
- **A burst** on an empty pool is held to what its own boots allow, those that are still under way at its end included.
- **At rest**: this pool is watched with all its intervals a tenth as long, for two looks at its assigned containers; a
  refresh of the peers is counted once, and comes an interval after the last one ended.
`;
