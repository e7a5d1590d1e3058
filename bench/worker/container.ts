// The containers that every pool of the benchmark has: all that pools call, over machines that are
// pretended. The machines outlive their objects, as real ones do, and count what is asked of them.
import { DurableObject } from "cloudflare:workers";

/** What the machines are like at the moment. */
export interface Pace {
  /** A boot takes that long, ms, each in turn the next of these; the last for all further ones. */
  bootMs: number[];
  /** Every call takes that much longer, ms. */
  latencyMs: number;
}

/**
 * A boot as it was: its container's id, when it was asked for and up (0 while it is not), and what its
 * machine takes.
 */
export interface Boot {
  id: string;
  askedAtMs: number;
  upAtMs: number;
  bootMs: number;
}

/** What was asked of the machines since it was last looked at. */
export interface Told {
  calls: Record<string, number>;
  /** Of the calls but starts: when the first came and when the last was answered; ms since 1970. */
  firstAtMs: number;
  lastAtMs: number;
  /** How many of them are not answered yet. */
  open: number;
  boots: Boot[];
}

const running = new Set<string>();
let pace: Pace = { bootMs: [0], latencyMs: 0 };
let record = nothing();

export function setPace(wanted: Partial<Pace>): void {
  pace = { ...pace, ...wanted };
}

/** Tells the record. */
export function told(): Told {
  return record;
}

/** Begins a new record. */
export function forget(): void {
  record = nothing();
}

/** Has machines run that nobody started: those of pools whose state was written for them. */
export function haveRun(ids: Iterable<string>): void {
  for (const id of ids) running.add(id);
}

export class BenchContainer extends DurableObject {
  readonly #id = this.ctx.id.toString();

  async getState(): Promise<{ status: string; lastChange: number }> {
    await this.#called("getState");
    return { status: running.has(this.#id) ? "healthy" : "stopped", lastChange: 0 };
  }

  async renewActivityTimeout(): Promise<void> {
    await this.#called("renewActivityTimeout");
  }

  async startAndWaitForPorts(): Promise<void> {
    const { boots, calls } = record;
    const askedAtMs = Date.now();
    calls["startAndWaitForPorts"] = (calls["startAndWaitForPorts"] ?? 0) + 1;
    const [bootMs = 0] = pace.bootMs;
    if (pace.bootMs.length > 1) pace.bootMs.shift();
    const boot = { id: this.#id, askedAtMs, upAtMs: 0, bootMs };
    boots.push(boot);
    await pause(bootMs + pace.latencyMs);
    running.add(this.#id);
    boot.upAtMs = Date.now();
  }

  async start(): Promise<void> {
    await this.startAndWaitForPorts();
  }

  async stop(): Promise<void> {
    await this.#called("stop");
    running.delete(this.#id);
  }

  async destroy(): Promise<void> {
    await this.#called("destroy");
    running.delete(this.#id);
  }

  override async fetch(): Promise<Response> {
    await this.#called("fetch");
    return new Response();
  }

  async #called(method: string): Promise<void> {
    const noted = record;
    noted.calls[method] = (noted.calls[method] ?? 0) + 1;
    noted.firstAtMs ||= Date.now();
    noted.open += 1;
    await pause(pace.latencyMs);
    noted.lastAtMs = Date.now();
    noted.open -= 1;
  }
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await scheduler.wait(ms);
}

function nothing(): Told {
  return { calls: {}, firstAtMs: 0, lastAtMs: 0, open: 0, boots: [] };
}
