// The routes that the page asks, with whatever a test wants them to answer: states that no real pool
// gets into at a test's word. What a real one says is in real.test.mjs.
import { once } from "node:events";
import { createServer } from "node:http";
import { dashboard } from "../../dist/dashboard.js";
import { activityOf, minutes, pool, statusOf, transitions } from "./figures.mjs";

export const KEY = "the-right-key";

export class Fake {
  /** What the routes answer; a test changes it. */
  status = statusOf({ python: pool() });
  activity = activityOf({
    python: { minutes: minutes(), transitions: transitions(), dropped: 4211 },
  });
  /** In the place of all answers, if set: a status, or "cut" for none at all. */
  trouble;
  /** `METHOD /path` of every request, and bodies of orders. */
  asked = [];
  orders = [];
  #server = createServer((request, response) => void this.#answer(request, response));

  static async start() {
    const fake = new Fake();
    fake.#server.listen(0, "127.0.0.1");
    await once(fake.#server, "listening");
    fake.origin = `http://127.0.0.1:${fake.#server.address().port}`;
    return fake;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request, response) {
    const { method, url, headers } = request;
    this.asked.push(`${method} ${url}`);
    if (url === "/dashboard") return sendPage(response);
    if (this.trouble === "cut") return request.destroy();
    if (this.trouble) return response.writeHead(this.trouble).end("<h1>broken</h1>");
    if (headers["x-api-key"] !== KEY) return send(response, 401, error("X-API-Key is wrong"));
    const route = url.replace("/api/v1/warm-pool/", "");
    if (method === "GET" && route === "status") return send(response, 200, this.status);
    if (method === "GET" && route === "activity") return send(response, 200, this.activity);
    const chunks = await request.toArray();
    const { runtime } = JSON.parse(Buffer.concat(chunks).toString());
    this.orders.push(`${route} ${runtime}`);
    return send(response, 200, { pools: { [runtime]: this.refusal ?? "done" } });
  }
}

function sendPage(response) {
  const { page, policy } = dashboard;
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
  });
  response.end(page);
}

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function error(message) {
  return { error: { code: "unauthorized", message } };
}
