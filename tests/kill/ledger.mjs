// What really runs. It lives in the test's own process, so machines outlive a killed workerd, and
// what a dead object has asked for still happens.
import { setTimeout as sleep } from "node:timers/promises";

const BOOT_MS = [20, 300];
/** Between a start that was asked for and a machine; nobody can call that back. */
const ADMISSION_MS = [0, 80];
const EXIT_MS = [20, 150];
const DESTROY_MS = [0, 15];
const LOOK_MS = 10;

/** One start in so many goes wrong. */
const FAULTS = [
  ["refused", 0.03],
  ["fails running", 0.02],
  ["never ready", 0.02],
  ["lost answer", 0.03],
];

export class Ledger {
  starts = 0;
  maxRunning = 0;
  #machines = new Map();
  #lives = new Map();
  #holders = new Map();
  #events;
  #chance;
  #maxInstances;
  #faulty = true;

  constructor({ events, chance, maxInstances }) {
    this.#events = events;
    this.#chance = chance;
    this.#maxInstances = maxInstances;
  }

  // ---- asked by the containers' objects

  async start({ id }) {
    if (this.#alive(id)) return {};
    await sleep(this.#chance.between(...ADMISSION_MS));
    if (this.#alive(id)) return {};
    const fault = this.#drawFault();
    if (fault === "refused") throw new Error("Container did not start after 5000ms");
    this.#launch(id, fault);
    if (fault === "fails running") throw new Error("the container is not listening");
    return {};
  }

  /** Answers when the ports are open; that answer may be lost. */
  async ready({ id, limitMs }) {
    const deadlineAtMs = Date.now() + limitMs;
    for (;;) {
      const machine = this.#alive(id);
      if (!machine) throw new Error("Container exited before we could determine its health");
      if (Date.now() >= machine.readyAtMs) break;
      if (Date.now() >= deadlineAtMs) throw new Error("the container is not listening");
      await sleep(LOOK_MS);
    }
    const lost = this.#alive(id)?.fault === "lost answer";
    if (lost) throw new Error("Network connection lost.");
    return {};
  }

  state({ id }) {
    const machine = this.#alive(id);
    if (!machine) return { status: "stopped" };
    return { status: Date.now() >= machine.readyAtMs ? "healthy" : "running" };
  }

  stop({ id }) {
    const machine = this.#alive(id);
    if (!machine) return {};
    this.#events.add("stop", id);
    const exitAtMs = Date.now() + this.#chance.between(...EXIT_MS);
    machine.exitAtMs = Math.min(machine.exitAtMs, exitAtMs);
    return {};
  }

  async destroy({ id }) {
    await sleep(this.#chance.between(...DESTROY_MS));
    this.#events.add(this.#alive(id) ? "destroyed" : "destroyed, though it was gone", id);
    this.#machines.delete(id);
    return {};
  }

  renew() {
    return {};
  }

  /** A request of `session` has reached the container. */
  serve({ id, session }) {
    const machine = this.#alive(id);
    if (!machine) return { served: false };
    this.#events.add("serves", id, session);
    if (machine.session !== undefined && machine.session !== session) {
      this.#events.violation("a container serves two sessions", id, session, machine.session);
    }
    if (machine.life > 1) {
      this.#events.violation("a container serves that was let go and started again", id, session);
    }
    machine.session = session;
    if (!machine.givenUp) this.#holdBy(session, machine);
    return { served: true };
  }

  // ---- asked by the test

  /** Every start goes well from here on. */
  calm() {
    this.#faulty = false;
  }

  /** The machine dies, and nobody is told. */
  crash(id) {
    this.#events.add("crashes", id);
    this.#machines.delete(id);
  }

  /** Its session is about to report it: it may be taken away, running or not. */
  giveUp(id) {
    const machine = this.#alive(id);
    if (machine) machine.givenUp = true;
    this.#events.add("is given up", id);
  }

  isRunning(id) {
    return this.#alive(id) !== undefined;
  }

  running() {
    return [...this.#machines.keys()].filter((id) => this.isRunning(id));
  }

  /** Sessions whose container runs and was not given up. */
  held() {
    return [...this.#holders]
      .filter(([, machine]) => this.#holds(machine))
      .map(([session, { id }]) => ({ session, id }));
  }

  #holdBy(session, machine) {
    const held = this.#holders.get(session);
    if (held && held !== machine && this.#holds(held)) {
      this.#events.violation("a session has two containers", session, held.id, machine.id);
    }
    this.#holders.set(session, machine);
  }

  #holds(machine) {
    return this.#alive(machine.id) === machine && !machine.givenUp;
  }

  #launch(id, fault) {
    const life = (this.#lives.get(id) ?? 0) + 1;
    const silent = fault === "never ready" || fault === "fails running";
    const readyAtMs = silent ? Infinity : Date.now() + this.#chance.between(...BOOT_MS);
    this.#lives.set(id, life);
    this.#machines.set(id, { id, life, fault, readyAtMs, exitAtMs: Infinity, givenUp: false });
    this.starts += 1;
    this.#events.add(`starts${fault ? ` (${fault})` : ""}`, id);
    const running = this.running();
    this.maxRunning = Math.max(this.maxRunning, running.length);
    if (running.length > this.#maxInstances) {
      this.#events.violation(
        `${running.length} of ${this.#maxInstances} containers run`,
        ...running,
      );
    }
  }

  #drawFault() {
    let draw = this.#chance.next();
    if (!this.#faulty) return undefined;
    return FAULTS.find(([, probability]) => (draw -= probability) < 0)?.[0];
  }

  #alive(id) {
    const machine = this.#machines.get(id);
    if (machine && Date.now() >= machine.exitAtMs) this.#machines.delete(id);
    return this.#machines.get(id);
  }
}
