import { DurableObject } from "cloudflare:workers";
import { serve } from "./app.ts";
import type { HealthOverride } from "./health.ts";
import { disconnected } from "./http.ts";
import { exitedEarly, Instance } from "./instance.ts";
import { Requests, type Underway } from "./requests.ts";
import { StoredState, type Recorded, type State } from "./state.ts";
import { bootTimeMs, durationMs, stopTimeMs, type SimulationVars } from "./times.ts";

/** What `startAndWaitForPorts()` takes besides the ports. */
export interface StartLimits {
  /** Taken and ignored: the simulation has an instance at once or not at all. */
  instanceGetTimeoutMS?: number;
  portReadyTimeoutMS?: number;
  waitInterval?: number;
}

const PORT_READY_TIMEOUT_MS = 20_000;
const WAIT_INTERVAL_MS = 300;
const ALARM_WAIT_MAX_MS = 180_000;

/**
 * A container class that runs anywhere: the RPC and the manners of `Container` from
 * `@cloudflare/containers`, over an instance that is pretended. (The real class throws in its
 * constructor where there are no containers, so it cannot be extended.)
 *
 * `stop()` only signals; `destroy()` resolves when the instance is gone; a failed start leaves the
 * instance running; `fetch()` starts a stopped one; `onStop()` comes late, and again if it throws.
 */
export class SimulatedContainer<Env = Cloudflare.Env> extends DurableObject<Env> {
  /** Time without a request after which it stops: seconds, or `"30s"`, `"10m"`, `"2h"`. */
  sleepAfter: string | number = "10m";

  readonly #instance: Instance;
  readonly #state: StoredState;
  readonly #requests = new Requests();
  #starting: Promise<void> | undefined;
  /** Grows with each `destroy()`, so that a start under way sees that it was overtaken. */
  #life = 0;
  #sleepAtMs = 0;
  #wakeAlarm: (() => void) | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#instance = new Instance(ctx.storage);
    this.#state = new StoredState(ctx.storage);
    void ctx.blockConcurrencyWhile(async () => {
      // Not before a subclass's fields, such as `sleepAfter`, are set: an await sees to that.
      await (this.#instance.record ? ctx.storage.setAlarm(Date.now()) : Promise.resolve());
      this.renewActivityTimeout();
    });
  }

  // ---- what a subclass may replace

  /** Asks for an instance; resolves to the ms until its ports open, rejects if there is none. */
  protected beforeStart(): Promise<number> {
    return Promise.resolve(bootTimeMs(this.env as SimulationVars));
  }

  /** The instance is gone for certain. May be called again for the same one. */
  protected afterExit(): Promise<void> {
    return Promise.resolve();
  }

  /** What `GET /health` answers in the place of what was set; asked each time. */
  protected healthOverride(): Promise<HealthOverride> {
    return Promise.resolve({});
  }

  onStart(): void | Promise<void> {
    // For subclasses.
  }

  /** Called some time after an exit, but not after a crash; called again if it throws. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- what a subclass is handed
  onStop(_params: { exitCode: number; reason: "exit" }): void | Promise<void> {
    // For subclasses.
  }

  async onActivityExpired(): Promise<void> {
    await this.stop();
  }

  // ---- RPC, as the real class has it

  async getState(): Promise<State> {
    await this.#noticeExit();
    return { ...this.#state.current, inFlight: this.#requests.count };
  }

  /** Resolves when the instance runs; its ports may still be closed. */
  async start(): Promise<void> {
    await this.#launch();
    await this.onStart();
  }

  async startAndWaitForPorts(
    portsOrArgs?: number | number[] | { cancellationOptions?: StartLimits },
    limits?: StartLimits,
  ): Promise<void> {
    const isArgs = typeof portsOrArgs === "object" && !Array.isArray(portsOrArgs);
    limits = (isArgs ? portsOrArgs.cancellationOptions : limits) ?? {};
    const deadlineAtMs = Date.now() + (limits.portReadyTimeoutMS ?? PORT_READY_TIMEOUT_MS);
    await this.#syncStopped();
    await this.#launch();
    await this.#instance.portsOpen(deadlineAtMs, limits.waitInterval ?? WAIT_INTERVAL_MS);
    this.#state.become("healthy");
    await this.onStart();
  }

  /** Signals the instance, which takes a while to exit; another signal does not put that off. */
  async stop(signal: "SIGTERM" | "SIGINT" | "SIGKILL" | number = "SIGTERM"): Promise<void> {
    if (this.#instance.running) {
      const killed = signal === "SIGKILL" || signal === 9;
      this.#instance.exitIn(killed ? 0 : stopTimeMs(this.env as SimulationVars));
      await this.#nudge();
    }
    await this.#syncStopped();
  }

  /** Kills the instance; resolves when it is gone. */
  async destroy(): Promise<void> {
    await this.#end("stopped_with_code", 137);
  }

  renewActivityTimeout(): void {
    this.#sleepAtMs = Date.now() + durationMs(this.sleepAfter);
  }

  override async fetch(request: Request): Promise<Response> {
    const underway = this.#requests.arrived();
    if (!this.#instance.running || this.#state.current.status !== "healthy") {
      try {
        await this.startAndWaitForPorts();
      } catch (error) {
        underway.ended();
        return startFailure(error);
      }
    }
    if (new URL(request.url).pathname === "/crash") {
      await this.crash();
      underway.ended();
      return disconnected();
    }
    const { record, files, health } = this.#instance;
    if (!record) {
      // It ended as soon as it had started.
      underway.ended();
      return disconnected();
    }
    const { boot, startedAtMs } = record;
    const { id } = this.ctx;
    this.renewActivityTimeout();
    return serve(
      request,
      {
        identity: {
          container: id.toString(),
          name: id.name ?? null,
          boot,
          started_at: startedAtMs,
        },
        files,
        health,
        healthOverride: () => this.healthOverride(),
      },
      {
        gone: underway.served(),
        active: () => this.renewActivityTimeout(),
        ended: () => this.#requestEnded(underway),
      },
    );
  }

  /** Like the real class, stays in its alarm while the instance runs, and so in memory. */
  override async alarm(): Promise<void> {
    await this.#noticeExit();
    await this.#syncStopped();
    const { record } = this.#instance;
    if (!record) return;
    if (this.#requests.count > 0) this.renewActivityTimeout();
    if (this.#sleepAtMs <= Date.now()) {
      await this.onActivityExpired();
      this.renewActivityTimeout();
    } else {
      const lookAtMs = Math.min(record.exitAtMs, this.#sleepAtMs);
      await this.#pause(Math.min(lookAtMs - Date.now(), ALARM_WAIT_MAX_MS));
    }
    await this.ctx.storage.setAlarm(Date.now());
  }

  /**
   * Not a method of the real class, but what a pool may ask of a class that has it: takes away what a
   * session left behind, and answers true; the instance goes on running. False, and nothing is
   * done, while a request is in flight or nothing runs. A second call does no harm.
   */
  async resetForPool(): Promise<boolean> {
    if (!this.#instance.running || this.#requests.count > 0) return false;
    this.#instance.files.clear();
    return true;
  }

  /** Not a method of the real class: the instance dies by itself, and nobody is told. */
  async crash(): Promise<void> {
    await this.#end("stopped");
  }

  // ---- starting and ending

  async #launch(): Promise<void> {
    this.renewActivityTimeout();
    if (this.#instance.running) return;
    const starting = (this.#starting ??= this.#boot(this.#life));
    try {
      await starting;
    } finally {
      if (this.#starting === starting) this.#starting = undefined;
    }
  }

  async #boot(life: number): Promise<void> {
    await this.#noticeExit();
    const bootMs = await this.beforeStart();
    if (life !== this.#life) {
      await this.afterExit();
      throw exitedEarly();
    }
    this.#instance.start(bootMs);
    this.#state.become("running");
    await this.#nudge();
  }

  /** Ends the instance at once. */
  async #end(status: Recorded["status"], exitCode?: number): Promise<void> {
    this.#life += 1;
    this.#starting = undefined;
    const wasThere = this.#instance.remove();
    this.#requests.cut();
    if (wasThere) this.#state.become(status, exitCode);
    await this.afterExit();
    if (wasThere) await this.#nudge();
  }

  /** An exit after a signal happens by the clock: whoever looks first records it. */
  async #noticeExit(): Promise<void> {
    if (!this.#instance.record || this.#instance.running) return;
    this.#instance.remove();
    this.#requests.cut();
    this.#state.become("stopped_with_code", 0);
    await this.afterExit();
    await this.#nudge();
  }

  /** Tells `onStop()` of an exit that it was not told of. */
  async #syncStopped(): Promise<void> {
    const { status, exitCode = 0, lastChange } = this.#state.current;
    if (this.#instance.running || status === "stopped") return;
    await this.onStop({ exitCode, reason: "exit" });
    const { current } = this.#state;
    if (current.status === status && current.lastChange === lastChange)
      this.#state.become("stopped");
  }

  #requestEnded(underway: Underway): void {
    underway.ended();
    this.renewActivityTimeout();
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, ms);
      this.#wakeAlarm = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** Makes the alarm look at the instance again. */
  async #nudge(): Promise<void> {
    this.#wakeAlarm?.();
    await this.ctx.storage.setAlarm(Date.now());
  }
}

/** How the real class answers a request for which it could not start its container. */
function startFailure(error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error);
  const noRoom = /no container instance|maximum number of running/i.test(message);
  const status = /too many containers per second/i.test(message) ? 429 : noRoom ? 503 : 500;
  return new Response(`Failed to start container: ${message}`, { status });
}
