import { EXIT, type Report } from "./exit.js";
import { printable, table } from "./printable.js";

interface Status {
  enabled?: boolean;
  pools: Record<string, Pool>;
  total_hits?: number;
  total_misses?: number;
  hit_rate?: number;
}

/** What is shown of a pool. One of another version may say less. */
interface Pool {
  size?: number | null;
  available?: number;
  in_use?: number;
  starting?: number;
  draining?: number;
  stopping?: number;
  waiting?: number;
  capacity?: number | null;
  breaker?: string;
  last_error?: { class?: string; message?: string } | null;
  error?: { code?: string; message?: string };
}

const COLUMNS: [string, (pool: Pool) => number | string | null | undefined][] = [
  ["target", ({ size }) => size],
  ["warm", ({ available }) => available],
  ["in use", ({ in_use }) => in_use],
  ["starting", ({ starting }) => starting],
  ["draining", ({ draining }) => draining],
  ["stopping", ({ stopping }) => stopping],
  ["waiting", ({ waiting }) => waiting],
  ["capacity", ({ capacity }) => capacity],
  ["breaker", ({ breaker }) => breaker],
];

/** The figures of all pools as a table, and whether one is in trouble. */
export function statusReport(body: unknown): Report {
  const { enabled, pools, total_hits, total_misses, hit_rate = 1 } = body as Status;
  const entries = Object.entries(pools);
  const up = entries.filter(([, pool]) => pool.error === undefined);
  const rows = up.map(([runtime, pool]) => [
    runtime,
    ...COLUMNS.map(([, figure]) => figure(pool) ?? null),
  ]);
  const text = [
    `${enabled === false ? "keeps none warm" : "keeps containers warm"}, ${total_hits ?? 0} hits, ` +
      `${total_misses ?? 0} misses, hit rate ${(hit_rate * 100).toFixed(1)} %`,
    "",
    table(["runtime", ...COLUMNS.map(([name]) => name)], rows),
    ...entries.flatMap(troubles),
  ];
  const degraded = up.length < entries.length || up.some(([, { breaker }]) => breaker === "open");
  return { text: text.join("\n"), exit: degraded ? EXIT.degraded : EXIT.fine };
}

function troubles([runtime, { error, last_error }]: [string, Pool]): string[] {
  const lines = [];
  if (error) lines.push(`${runtime} is down: ${error.message ?? ""} [${error.code ?? ""}]`);
  if (last_error) {
    lines.push(`${runtime}: last error (${last_error.class ?? ""}): ${last_error.message ?? ""}`);
  }
  return lines.map(printable);
}
