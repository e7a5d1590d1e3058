/** What can be done to one pool: each thing is asked about first, and its outcome is told. */
import type { Order, PoolStatus } from "./answers.ts";
import { button, make, setText } from "./dom.ts";
import { containers } from "./format.ts";
import { confirmed, type Question } from "./question.ts";

/** Carries an order out; resolves to what the pool answers, rejects with what is the matter. */
export type Carrier = (order: Order) => Promise<string>;

const LABELS: Record<Order, string> = { prime: "Prime", drain: "Drain", shutdown: "Shut down" };
const ORDERS = Object.keys(LABELS) as Order[];

const DONE: Record<Order, string> = {
  prime: "Primed: the pool fills up to its target.",
  drain: "Draining: warm containers stop, those of sessions stay.",
  shutdown: "Shutting down: all containers stop.",
};

export class Actions {
  readonly element = make("div", "actions");
  readonly #outcome = make("p", "outcome");
  readonly #runtime: string;
  readonly #carry: Carrier;
  #pool: PoolStatus | undefined;

  constructor(runtime: string, carry: Carrier) {
    this.#runtime = runtime;
    this.#carry = carry;
    this.#outcome.setAttribute("role", "status");
    const buttons = ORDERS.map((order) => {
      const element = button(LABELS[order], () => void this.#do(order));
      element.setAttribute("aria-label", `${LABELS[order]} ${runtime}`);
      return element;
    });
    this.element.append(make("div", "buttons", ...buttons), this.#outcome);
  }

  show(pool: PoolStatus | undefined): void {
    this.#pool = pool;
  }

  async #do(order: Order): Promise<void> {
    if (!(await confirmed(question(order, this.#runtime, this.#pool)))) return;
    this.#say("…");
    try {
      await this.#carry(order);
      this.#say(DONE[order]);
    } catch (error) {
      this.#say(`${LABELS[order]} failed: ${error instanceof Error ? error.message : ""}`, true);
    }
  }

  #say(text: string, bad = false): void {
    this.#outcome.classList.toggle("bad", bad);
    setText(this.#outcome, text);
  }
}

function question(order: Order, runtime: string, pool: PoolStatus | undefined): Question {
  const [warm, assigned] = [pool?.available ?? 0, pool?.in_use ?? 0];
  switch (order) {
    case "prime":
      return {
        title: `Prime ${runtime}?`,
        text: `The pool starts containers until ${pool?.target ?? "as many as wanted"} are warm.`,
        yes: `Prime ${runtime}`,
        grave: false,
      };
    case "drain":
      return {
        title: `Drain ${runtime}?`,
        text:
          `What is warm stops (${containers(warm)} now). Those of sessions stay. The pool fills ` +
          "again when a new session comes or it is primed.",
        yes: `Drain ${runtime}`,
        grave: true,
      };
    case "shutdown":
      return {
        title: `Shut down ${runtime}?`,
        text:
          `All of its containers stop, and ${assigned} of them serve${assigned === 1 ? "s a session" : " sessions"} ` +
          "now: requests under way may finish, what they keep in memory and files is lost.",
        yes: `Shut down ${runtime}`,
        grave: true,
      };
  }
}
