// A Worker as a user has it, over containers of which only the ledger knows anything.
import { DurableObject } from "cloudflare:workers";
import { createWarmPool, getWarmPool, WarmPool } from "../../dist/index.js";
import { CONFIG, POOL_NAME } from "./config.mjs";

/** The pool, and a way to look at its rows that does not wake it. */
export class InspectedPool extends WarmPool {
  #wakeUps = 0;

  constructor(ctx, env) {
    super(ctx, env);
    // For the test of the test: a pool that does not remember what it should.
    if (env.FORGETS) ctx.storage.sql.exec("DELETE FROM container WHERE state = ?", env.FORGETS);
  }

  async alarm() {
    await super.alarm();
    this.#wakeUps += 1;
  }

  inspect() {
    const rows = this.ctx.storage.sql.exec(
      "SELECT lower(hex(id)) AS id, name, state, session FROM container",
    );
    return { wakeUps: this.#wakeUps, rows: rows.toArray() };
  }
}

/** Has no truth of its own, so it can die at any time without its machine. */
export class LedgerContainer extends DurableObject {
  async startAndWaitForPorts(_ports, { portReadyTimeoutMS: limitMs }) {
    await this.#ask("start");
    await this.#ask("ready", { limitMs });
  }

  async getState() {
    return { lastChange: 0, ...(await this.#ask("state")) };
  }

  async stop() {
    await this.#ask("stop");
  }

  async destroy() {
    await this.#ask("destroy");
  }

  async renewActivityTimeout() {
    await this.#ask("renew");
  }

  /** The real class would start a machine that has stopped; here only the pool starts any. */
  async fetch(request) {
    const session = request.headers.get("x-session-id");
    const { served } = await this.#ask("serve", { session });
    return Response.json({ served, container: this.ctx.id.toString(), name: this.ctx.id.name });
  }

  async #ask(question, asked = {}) {
    const body = JSON.stringify({ id: this.ctx.id.toString(), ...asked });
    const response = await fetch(`${this.env.LEDGER}/${question}`, { method: "POST", body });
    const answer = await response.json();
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { ...CONFIG, poolName: POOL_NAME });
    const object = getWarmPool(env.WARM_POOL, POOL_NAME);
    try {
      switch (url.pathname) {
        case "/claim": {
          const container = await pool.getContainer(request.headers.get("x-session-id"));
          return await container.fetch(request);
        }
        case "/report":
          await object.reportStopped(url.searchParams.get("container"));
          return Response.json({});
        case "/inspect":
          return Response.json(await object.inspect());
        case "/stats":
          return Response.json(await pool.stats());
        default:
          return new Response(null, { status: 404 });
      }
    } catch (error) {
      const { code = "unexpected", message, status = 500 } = error;
      return Response.json({ error: { code, message } }, { status });
    }
  },
};
