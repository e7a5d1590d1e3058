// The load: sessions that come, come again, and leave their containers in all the ways there are.
import { setTimeout as sleep } from "node:timers/promises";

const CLIENTS = 6;
const SESSIONS_MAX = 8;
const PAUSE_MAX_MS = 40;
/** How long a session may be without a container that runs before that is a violation. */
const PATIENCE_MS = 20_000;

/** What a claim may be refused with while all is as it should be. */
const REFUSALS = ["capacity_exhausted", "queue_timeout", "start_failed", "start_timeout"];

export class Crowd {
  claims = 0;
  answered = 0;
  refused = 0;
  lost = 0;
  reports = 0;
  #sessions = new Map();
  #unreported = new Set();
  #born = 0;
  #ledger;
  #events;
  #chance;

  constructor({ ledger, events, chance }) {
    this.#ledger = ledger;
    this.#events = events;
    this.#chance = chance;
  }

  /** Does things until `until` is aborted and what was begun is answered or lost. */
  async rush(server, until) {
    const client = async () => {
      while (!until.aborted && !server.killed) {
        await this.#act(server);
        await sleep(this.#chance.between(0, PAUSE_MAX_MS));
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  }

  /** Every session claims until a container that runs has answered it. */
  async claimAll(server) {
    const all = [...this.#sessions.values()].map(async (session) => {
      session.busy = true;
      await this.#claimUntilServed(server, session);
      session.busy = false;
    });
    await Promise.all(all);
  }

  /** Every session reports its container, and nobody comes any more. */
  async leaveAll(server) {
    for (const { name, container } of this.#sessions.values()) this.#leave(name, container);
    this.#sessions.clear();
    for (const container of this.#unreported) await this.#report(server, container);
  }

  async #act(server) {
    const chance = this.#chance;
    if (this.#unreported.size > 0 && chance.of(0.5)) {
      return this.#report(server, chance.pick([...this.#unreported]));
    }
    const idle = [...this.#sessions.values()].filter(({ busy }) => !busy);
    if (this.#sessions.size < SESSIONS_MAX && chance.of(0.4)) return this.#come(server);
    if (idle.length === 0) return undefined;
    const session = chance.pick(idle);
    session.busy = true;
    // What a session was told last may be dead, and a container it was never told of its own.
    if (this.#ledger.isRunning(session.container) && chance.of(0.3))
      await this.#go(server, session);
    else await this.#claimAtOnce(server, session);
    session.busy = false;
  }

  async #come(server) {
    const session = { name: `session ${this.#born++}`, container: undefined, busy: true };
    this.#sessions.set(session.name, session);
    await this.#claimAtOnce(server, session);
    session.busy = false;
  }

  async #claimUntilServed(server, session) {
    const deadlineAtMs = Date.now() + PATIENCE_MS;
    while (!server.killed && !(await this.#claim(server, session))) {
      if (Date.now() > deadlineAtMs) {
        this.#events.violation("a session gets no container", session.name);
        return;
      }
      await sleep(100);
    }
  }

  /** Sometimes several claims of one session race. */
  async #claimAtOnce(server, session) {
    const count = this.#chance.of(0.3) ? 3 : 1;
    await Promise.all(Array.from({ length: count }, () => this.#claim(server, session)));
  }

  /** Whether a container that runs has answered. */
  async #claim(server, session) {
    this.claims += 1;
    const told = await server.ask("/claim", { headers: { "x-session-id": session.name } });
    if (!told) this.lost += 1;
    else if (told.status === 200) {
      this.answered += 1;
      session.container = told.answer.container;
      return told.answer.served;
    } else {
      this.refused += 1;
      const { code, message } = told.answer.error;
      this.#events.add(`is refused: ${message}`, session.name);
      if (!REFUSALS.includes(code)) {
        this.#events.violation(`a claim fails with ${code}: ${message}`, session.name);
      }
    }
    return false;
  }

  /** The container ends, or not, and is reported, or not. */
  async #go(server, { name, container }) {
    if (this.#chance.of(0.6)) {
      const crashed = this.#chance.of(0.5);
      this.#leave(name, container);
      if (crashed) this.#ledger.crash(container);
      await this.#report(server, container);
    } else {
      // The session stays, and is to get another one when the pool notices.
      this.#ledger.crash(container);
    }
  }

  #leave(name, container) {
    this.#sessions.delete(name);
    if (!container) return;
    this.#ledger.giveUp(container);
    this.#unreported.add(container);
  }

  async #report(server, container) {
    this.#events.add("is reported", container);
    const told = await server.ask(`/report?container=${container}`);
    if (told?.status !== 200) return;
    this.reports += 1;
    this.#events.add("report is answered", container);
    this.#unreported.delete(container);
  }
}
