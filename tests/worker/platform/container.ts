import type { HealthOverride } from "../../../container/health.ts";
import { SimulatedContainer, type StartLimits } from "../../../container/simulated.ts";
import type { State } from "../../../container/state.ts";

const CONNECTION_LOST = "Network connection lost.";

/** The container class of the tests: asks the platform for instances, and shows its faults. */
export class TestContainer extends SimulatedContainer {
  readonly #platform = this.env.PLATFORM.getByName("platform");
  readonly #id = this.ctx.id.toString();
  readonly #name = this.ctx.id.name ?? this.#id;

  override async startAndWaitForPorts(
    portsOrArgs?: number | number[] | { cancellationOptions?: StartLimits },
    limits?: StartLimits,
  ): Promise<void> {
    await this.start();
    const fault = await this.#platform.answerFault(this.#id);
    if (fault?.kind === "fail_running") throw new Error(fault.message);
    if (fault?.kind === "hang_running") await noAnswer();
    await super.startAndWaitForPorts(portsOrArgs, limits);
    if (fault?.kind === "lost_answer") throw new Error(CONNECTION_LOST);
  }

  override async getState(): Promise<State> {
    const fault = await this.#platform.probeFault(this.#id, this.#name);
    if (fault === "hang") await noAnswer();
    if (fault === "throw") throw new Error(CONNECTION_LOST);
    return super.getState();
  }

  override async resetForPool(): Promise<boolean> {
    const fault = await this.#platform.resetFault();
    if (fault === "hang") await noAnswer();
    if (fault === "throw") throw new Error(CONNECTION_LOST);
    return fault === "true" ? super.resetForPool() : false;
  }

  protected override healthOverride(): Promise<HealthOverride> {
    return this.#platform.healthFault(this.#id, this.#name);
  }

  protected override async beforeStart(): Promise<number> {
    const { fault, bootMs } = await this.#platform.admit(this.#id, this.#name);
    if (fault?.kind === "fail") throw new Error(fault.message);
    if (fault?.kind === "hang") await noAnswer();
    return bootMs ?? Infinity;
  }

  protected override async afterExit(): Promise<void> {
    await this.#platform.gone(this.#id);
  }
}

/** The classes of two runtimes. */
export class PythonContainer extends TestContainer {}
export class NodeContainer extends TestContainer {}

/** Longer than any test: a promise that nothing can settle would be ended by the runtime. */
async function noAnswer(): Promise<never> {
  await new Promise((done) => setTimeout(done, 600_000));
  throw new Error("nobody waits that long");
}
