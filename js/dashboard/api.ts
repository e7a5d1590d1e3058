/** The routes of the Worker that serves the page. */
import type { Activity, Order, Ordered, Status } from "./answers.ts";

const BASE = "/api/v1/warm-pool/";
const LIMIT_MS = 15_000;

/** The key is not, or no longer, the right one. */
export class WrongKey extends Error {}

export interface Figures {
  status: Status;
  activity: Activity;
}

export class Api {
  readonly #key: string;

  /** @throws {WrongKey} if no request can carry it: such a key was never set. */
  constructor(key: string) {
    try {
      new Headers({ "x-api-key": key });
    } catch {
      throw new WrongKey("a key with such characters cannot be sent");
    }
    this.#key = key;
  }

  /** @throws {WrongKey} or an error whose message says what is the matter. */
  async figures(): Promise<Figures> {
    const [status, activity] = await Promise.all([
      this.#ask<Status>("GET", "status"),
      this.#ask<Activity>("GET", "activity"),
    ]);
    return { status, activity };
  }

  /** Tells one runtime's pool what to do; resolves to its answer. */
  async order(order: Order, runtime: string): Promise<string> {
    const { pools } = await this.#ask<Ordered>("POST", order, { runtime });
    const said = pools[runtime];
    if (typeof said === "string") return said;
    throw new Error(said ? said.error.message : "the pool did not answer");
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { "x-api-key": this.#key };
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(BASE + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(LIMIT_MS),
    }).catch((error: unknown) => {
      throw new Error(unreachable(error));
    });
    if (response.ok) return (await response.json()) as T;
    const message = await problemOf(response);
    throw response.status === 401 ? new WrongKey(message) : new Error(message);
  }
}

function unreachable(error: unknown): string {
  const timedOut = error instanceof DOMException && error.name === "TimeoutError";
  return timedOut ? `no answer within ${LIMIT_MS / 1000} s` : "the Worker cannot be reached";
}

/** What the Worker's own errors say; others are not JSON. */
async function problemOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error: { message: string } };
    return error.message;
  } catch {
    return `the Worker answered with status ${response.status}`;
  }
}
