import type { Command } from "./command.js";
import { EXIT, Failed, type Exit } from "./exit.js";

/** How long an answer may take, ms: a pool is given 5 s, and wakes first. */
const TIMEOUT_MS = 20_000;

/** What the statuses of the Worker's errors come to. */
const EXITS: Record<number, Exit> = {
  400: EXIT.usage,
  401: EXIT.unauthorized,
  403: EXIT.unauthorized,
  404: EXIT.degraded,
  500: EXIT.degraded,
  503: EXIT.degraded,
};

/**
 * Asks the Worker for what the command wants; the answer's JSON.
 *
 * @throws {Failed} where it is an error, or there is none
 */
export async function ask(command: Command): Promise<unknown> {
  const url = urlOf(command);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      headers: { "x-api-key": command.key },
      // The key is for this place alone.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await answer.text();
  } catch (error) {
    throw new Failed(EXIT.unreachable, `${url.origin} did not answer: ${reasonOf(error)}`);
  }
  const body = parsed(text);
  if (answer.ok && body !== undefined) return body;
  throw refusal(url, answer.status, body);
}

function urlOf({ name, session, runtime, url }: Command): URL {
  const path = name === "status" ? "status" : `sessions/${encodeURIComponent(session ?? "")}`;
  const asked = new URL(`${url.pathname.replace(/\/+$/, "")}/api/v1/warm-pool/${path}`, url);
  if (runtime !== undefined) asked.searchParams.set("runtime", runtime);
  return asked;
}

function refusal(url: URL, status: number, body: unknown): Failed {
  const { error } = (body ?? {}) as { error?: { code?: unknown; message?: unknown } };
  const exit = EXITS[status];
  if (typeof error?.code !== "string" || typeof error.message !== "string" || exit === undefined) {
    const message = `${url.origin} answered ${status}, and not as the Worker does`;
    return new Failed(EXIT.unreachable, message);
  }
  return new Failed(exit, `${error.message} [${error.code}]`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== ""
    ? error.cause.message
    : error.message;
}
