// The Worker of the benchmark: three pools, the floor, and the containers, driven from within, so
// that no HTTP is measured. One POST a step: `{ "do": name, "with": arguments }`.
import { wasmBytes } from "./wasm.ts";
import { counting } from "./counting.ts";
import { Clock, quantile } from "./clock.ts";
import { forget, setPace, told, type BenchContainer, type Pace } from "./container.ts";
import {
  contender,
  type Asked,
  type Contender,
  type ContenderName,
  type Env,
} from "./contenders.ts";
import type { PoolOptions } from "../../dist/index.js";
import type { Begin } from "./pools.ts";

export { BenchContainer } from "./container.ts";
export { Floor } from "./floor.ts";
export { BridgePool, OurPool, PeerPool } from "./pools.ts";

const PATIENCE_MS = 180_000;

/** Claims of an open loop, at most. */
const PACED_MAX = 5_000;

/** Whom to ask, and how. */
interface Of extends Asked {
  of: ContenderName;
}

/** Sessions `first` and so on, called by `prefix` and their number modulo `among`. */
interface Claims extends Of {
  prefix: string;
  /** Called by UUIDs instead, each of them new. */
  uuids?: boolean;
  first: number;
  count: number;
  among: number;
  /** That many at any time; each further one when another was answered. */
  concurrency: number;
  /** Whether calls to the pool are counted, which takes time. */
  counted?: boolean;
}

type Step = (env: Env, args: never) => unknown;

const steps: Record<string, Step> = {
  pace: (_, wanted: Partial<Pace>) => setPace(wanted),
  forget: () => forget(),
  told: () => told(),
  begin: (env, { begin, ...of }: Of & { begin: Begin }) => asked(env, of).begin(begin),
  touch: (env, of: Of) => asked(env, of).touch(),
  stats: (env, of: Of) => asked(env, of).stats(),
  configure: (env, of: Of) => asked(env, of).stub().configure(of.options),
  refresh: (env, { pool, of }: Of) =>
    (of === "peer" ? env.PEER : env.BRIDGE).getByName(pool).refresh(),
  tracked: (env, of: Of) => asked(env, of).stub().tracked(),
  rouse,
  written: (env, of: Of) => asked(env, of).stub().written(),
  memory: () => wasmBytes(),
  untilWarm,
  claims,
  claimsDuringRefresh,
};

export default {
  async fetch(request, env): Promise<Response> {
    const { do: name, with: args } = await request.json<{ do: string; with: never }>();
    const step = steps[name];
    if (!step) return new Response(`no step ${name}`, { status: 404 });
    try {
      return Response.json((await step(env, args)) ?? null);
    } catch (error) {
      return new Response(`${name}: ${String(error)}`, { status: 500 });
    }
  },
} satisfies ExportedHandler<Env>;

function asked(env: Env, { of, ...how }: Of): Contender {
  return contender(env, of, how);
}

/** Has all containers of a pool in memory. */
async function rouse(env: Env, of: Of): Promise<void> {
  const { CONTAINER } = env as unknown as { CONTAINER: DurableObjectNamespace<BenchContainer> };
  const ids = await asked(env, of).stub().tracked();
  await Promise.all(ids.map((id) => CONTAINER.get(CONTAINER.idFromString(id)).getState()));
}

/** Waits until so many are warm; answers how long that took, ms, and when it was so. */
async function untilWarm(
  env: Env,
  { warm, everyMs, ...of }: Of & { warm: number; everyMs: number },
) {
  const pool = asked(env, of);
  const startedAtMs = Date.now();
  for (;;) {
    const stats = await pool.stats();
    const nowMs = Date.now();
    if (stats.warm === warm) return { ms: nowMs - startedAtMs, atMs: nowMs };
    if (nowMs > startedAtMs + PATIENCE_MS) throw new Error(`${stats.warm} of ${warm} are warm`);
    await scheduler.wait(everyMs);
  }
}

/** A closed loop of claims. */
async function claims(
  env: Env,
  { prefix, uuids, first, count, among, concurrency, counted, ...of }: Claims,
) {
  const calls = { count: 0 };
  const pool = asked(counted ? counting(env, calls) : env, of);
  const clock = new Clock();
  const names = new Set<string>();
  const spans: Span[] = [];
  let next = first;
  const nextSession = () => {
    const number = next++ % among;
    return uuids ? crypto.randomUUID() : `${prefix}${number}`;
  };
  const worker = async () => {
    let begun = clock.note();
    while (next < first + count) {
      names.add(await pool.claim(nextSession()));
      const ended = clock.note();
      spans.push([begun, ended]);
      begun = ended;
    }
  };
  await nextTick(env);
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { names: names.size, calls: calls.count, ...times(clock, spans) };
}

interface During {
  looks: number;
  everyMs: number;
  often: PoolOptions;
  /** Until a refresh that is due already has come and ended. */
  restMs: number;
}

/**
 * New sessions, one every `everyMs`: while the pool, with the options `often`, looks at its `looks`
 * containers, and then as many while it does not.
 */
async function claimsDuringRefresh(
  env: Env,
  { looks, everyMs, often, restMs, ...calm }: Of & During,
) {
  const [refreshing, resting] = [{ ...calm, options: often }, calm].map((of) => asked(env, of));
  if (!refreshing || !resting) throw new Error("there are two");
  const record = told();
  await refreshing.stub().configure(often);
  while (record.firstAtMs === 0) await scheduler.wait(1);
  const isOver = () => (record.calls["getState"] ?? 0) >= looks;
  const during = await paced(refreshing, "during-", everyMs, isOver);
  await resting.stub().configure(calm.options);
  await scheduler.wait(restMs);
  let left = during.count;
  return { during, without: await paced(resting, "without-", everyMs, () => left-- <= 0) };
}

/** Claims until it is over, one every `everyMs` whatever became of those before it. */
async function paced(pool: Contender, prefix: string, everyMs: number, isOver: () => boolean) {
  const clock = new Clock();
  const spans: Span[] = [];
  const claim = async (session: string) => {
    const begun = clock.note();
    await pool.claim(session);
    spans.push([begun, clock.note()]);
  };
  const all: Promise<void>[] = [];
  const startedAtMs = Date.now();
  while (all.length < PACED_MAX && !isOver()) {
    await scheduler.wait(Math.max(0, startedAtMs + all.length * everyMs - Date.now()));
    all.push(claim(`${prefix}${all.length}`));
  }
  await Promise.all(all);
  return { count: all.length, ...times(clock, spans) };
}

/** Numbers of a clock's notes: when it began, and when it ended. */
type Span = [number, number];

function times(clock: Clock, spans: Span[]) {
  const at = clock.times();
  const took = spans.map(([begun, ended]) => (at[ended] ?? 0) - (at[begun] ?? 0));
  const ms = (at.at(-1) ?? 0) - Math.floor(at[0] ?? 0);
  return { ms, each: ms / took.length, p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

/** Waits for the clock to tick, by calls that do nothing: only those let it go on. */
async function nextTick({ FLOOR }: Env): Promise<void> {
  const startedAtMs = Date.now();
  while (Date.now() === startedAtMs) await FLOOR.getByName("tick").empty();
}
