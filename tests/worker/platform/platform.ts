import { DurableObject } from "cloudflare:workers";
import type { HealthOverride } from "../../../container/health.ts";

/** What goes wrong with one start. */
export type StartFault =
  /** No instance, and an error. */
  | { kind: "fail"; message: string }
  /** No instance, and no answer. */
  | { kind: "hang" }
  /** An error, though the instance runs; its ports never open. */
  | { kind: "fail_running"; message: string }
  /** No answer, though the instance runs; its ports never open. */
  | { kind: "hang_running" }
  /** All is well, but the caller is told that the connection was lost. */
  | { kind: "lost_answer" };

/** Containers: those named, the first ones started, or all. */
export type Affected = readonly string[] | { first: number } | "all";

/** What goes wrong with `getState()`. */
export interface ProbeFault {
  kind: "hang" | "throw";
  of: Affected;
}

/** What `GET /health` answers in the place of what was set: no request to the container sets it. */
export interface HealthFault extends HealthOverride {
  of: Affected;
}

/** What becomes of a reset; `true` does what the class does, the others leave all as it is. */
export type ResetFault = "true" | "false" | "throw" | "hang";

export interface Faults {
  /** Most instances at once; null: no limit. */
  capacity: number | null;
  /** How long an instance boots, ms; a pair: drawn between the two. */
  bootMs: number | [number, number];
  /** One for each of the next starts that finds room. */
  starts: StartFault[];
  probes: ProbeFault | null;
  health: HealthFault | null;
  resets: ResetFault;
}

/** One container, as the platform knows it. */
export interface Run {
  /** The Durable Object's id. */
  id: string;
  name: string;
  starts: number;
  running: boolean;
}

/** What the platform has seen since the test began. */
export interface Ledger {
  /** Every container that ever ran, in the order of their first starts. */
  runs: Run[];
  running: Run[];
  /** Most instances that ran at once. */
  maxRunning: number;
  /** Instances started. */
  starts: number;
  /** Starts asked for with an instance there, one that ran already or a new one. */
  asked: number;
  /** Starts that were refused for want of room. */
  refused: number;
  /** Calls of `getState()`. */
  probes: number;
  /** `GET /health` that reached an instance. */
  healthRequests: number;
  /** Calls of `resetForPool()`. */
  resets: number;
}

type Counter = "asked" | "refused" | "probes" | "healthRequests" | "resets";

export const CAPACITY_MESSAGE = "Maximum number of running container instances exceeded";

const NO_FAULTS: Faults = {
  capacity: null,
  bootMs: 20,
  starts: [],
  probes: null,
  health: null,
  resets: "true",
};

/**
 * The platform under the containers: an independent ledger of what really runs, which the pool
 * cannot see, and the source of faults. One object for all tests of a file, emptied by `reset()`.
 */
export class Platform extends DurableObject {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS runs (
        at INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        starts INTEGER NOT NULL, running INTEGER NOT NULL, fault TEXT
      ) STRICT;
      CREATE INDEX IF NOT EXISTS running ON runs (running) WHERE running = 1`);
  }

  setFaults(faults: Partial<Faults>): void {
    this.ctx.storage.kv.put<Faults>("faults", { ...this.#faults, ...faults });
  }

  ledger(): Ledger {
    const runs = this.ctx.storage.sql
      .exec<{ id: string; name: string; starts: number; running: number }>(
        "SELECT id, name, starts, running FROM runs ORDER BY at",
      )
      .toArray()
      .map((run) => ({ ...run, running: run.running === 1 }));
    return {
      runs,
      running: runs.filter((run) => run.running),
      maxRunning: this.#count("maxRunning"),
      starts: runs.reduce((sum, run) => sum + run.starts, 0),
      asked: this.#count("asked"),
      refused: this.#count("refused"),
      probes: this.#count("probes"),
      healthRequests: this.#count("healthRequests"),
      resets: this.#count("resets"),
    };
  }

  /** The instance dies; its container's state says so, and nobody is told. */
  async kill(name: string): Promise<void> {
    await this.env.CONTAINER.getByName(name).crash();
  }

  // ---- asked by the containers

  /** Room for an instance, and how long it boots (null: its ports never open); or what goes wrong. */
  admit(id: string, name: string): { fault: StartFault | null; bootMs: number | null } {
    const known = this.#row(id);
    // The container lost its memory between asking and hearing.
    if (known?.running === 1) return this.#verdict(known.fault);
    const faults = this.#faults;
    const running = this.#running();
    if (faults.capacity !== null && running >= faults.capacity) {
      this.#add("refused");
      return { fault: { kind: "fail", message: CAPACITY_MESSAGE }, bootMs: null };
    }
    const fault = faults.starts.shift() ?? null;
    this.setFaults(faults);
    if (fault?.kind === "fail" || fault?.kind === "hang") return { fault, bootMs: null };
    const text = fault && JSON.stringify(fault);
    this.ctx.storage.sql.exec(
      `INSERT INTO runs (id, name, starts, running, fault) VALUES (?, ?, 1, 1, ?)
       ON CONFLICT (id) DO UPDATE SET starts = starts + 1, running = 1, fault = excluded.fault`,
      id,
      name,
      text,
    );
    if (running + 1 > this.#count("maxRunning")) {
      this.ctx.storage.kv.put("maxRunning", running + 1);
    }
    return this.#verdict(text);
  }

  /** What goes wrong with the answer to a start of this instance. A lost answer is lost once. */
  answerFault(id: string): StartFault | null {
    this.#add("asked");
    const text = this.#row(id)?.fault ?? null;
    const fault = text === null ? null : (JSON.parse(text) as StartFault);
    if (fault?.kind === "lost_answer") {
      this.ctx.storage.sql.exec("UPDATE runs SET fault = NULL WHERE id = ?", id);
    }
    return fault;
  }

  gone(id: string): void {
    this.ctx.storage.sql.exec("UPDATE runs SET running = 0 WHERE id = ?", id);
  }

  probeFault(id: string, name: string): "hang" | "throw" | null {
    this.#add("probes");
    const fault = this.#faults.probes;
    return fault && this.#affects(fault.of, id, name) ? fault.kind : null;
  }

  healthFault(id: string, name: string): HealthOverride {
    this.#add("healthRequests");
    const { of, ...override } = this.#faults.health ?? { of: [] };
    return this.#affects(of, id, name) ? override : {};
  }

  resetFault(): ResetFault {
    this.#add("resets");
    return this.#faults.resets;
  }

  // ---- storage

  get #faults(): Faults {
    return this.ctx.storage.kv.get<Faults>("faults") ?? { ...NO_FAULTS, starts: [] };
  }

  #verdict(fault: string | null): { fault: StartFault | null; bootMs: number | null } {
    const parsed = fault === null ? null : (JSON.parse(fault) as StartFault);
    if (parsed?.kind === "fail_running" || parsed?.kind === "hang_running") {
      return { fault: parsed, bootMs: null };
    }
    const { bootMs } = this.#faults;
    const [least, most] = typeof bootMs === "number" ? [bootMs, bootMs] : bootMs;
    return { fault: parsed, bootMs: least + Math.random() * (most - least) };
  }

  #row(id: string): { at: number; running: number; fault: string | null } | undefined {
    return this.ctx.storage.sql
      .exec<{ at: number; running: number; fault: string | null }>(
        "SELECT at, running, fault FROM runs WHERE id = ?",
        id,
      )
      .toArray()[0];
  }

  #affects(of: Affected, id: string, name: string): boolean {
    if (of === "all") return true;
    if ("first" in of) return (this.#row(id)?.at ?? Infinity) <= of.first;
    return of.includes(name);
  }

  #running(): number {
    return this.ctx.storage.sql
      .exec<{ n: number }>("SELECT count(*) AS n FROM runs WHERE running = 1")
      .one().n;
  }

  #count(key: Counter | "maxRunning"): number {
    return this.ctx.storage.kv.get<number>(key) ?? 0;
  }

  #add(key: Counter): void {
    this.ctx.storage.kv.put(key, this.#count(key) + 1);
  }
}
