// Requests to the default Worker.
import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import worker from "../../dist/worker.js";

export const STATUS = "https://pool.example/api/v1/warm-pool/status";

export interface Ask {
  session?: string;
  runtime?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: ReadableStream | Uint8Array;
}

export function ask(path: string, options: Ask): Promise<Response> {
  return exports.default.fetch(request(path, options));
}

export function request(path: string, { session, runtime, headers, ...init }: Ask): Request {
  return new Request(`https://pool.example${path}`, {
    ...init,
    headers: {
      ...headers,
      ...(session !== undefined && { "x-session-id": session }),
      ...(runtime !== undefined && { "x-runtime": runtime }),
    },
  });
}

/** The request for the status of who has the key. */
export function statusRequest(): Request {
  return new Request(STATUS, { headers: { "x-api-key": env.WARM_POOL_API_KEY } });
}

/** What those who run the pools can ask for, about session alice. */
export const OPERATIONS = [
  ["GET", "/api/v1/warm-pool/status"],
  ["GET", "/v1/capacity"],
  ["GET", "/metrics"],
  ["GET", "/api/v1/warm-pool/activity"],
  ["GET", "/api/v1/warm-pool/sessions/alice"],
  ["DELETE", "/api/v1/warm-pool/sessions/alice"],
  ["POST", "/api/v1/warm-pool/prime"],
  ["POST", "/api/v1/warm-pool/warmup"],
  ["POST", "/api/v1/warm-pool/drain"],
  ["POST", "/api/v1/warm-pool/shutdown"],
] as const;

/** A request of those who run the pools, with their key. */
export function operate(
  method: string,
  path: string,
  { body = null }: { body?: string | ReadableStream | null | undefined } = {},
): Promise<Response> {
  const url = `https://pool.example/api/v1/warm-pool/${path}`;
  const headers = { "x-api-key": env.WARM_POOL_API_KEY };
  return exports.default.fetch(new Request(url, { method, headers, body }));
}

/** The default Worker with another environment. Its pool objects have their own. */
export function workerWith(env: object): {
  fetch(request: Request): Promise<Response>;
  scheduled(controller: ScheduledController): Promise<void>;
} {
  const { fetch, scheduled } = worker;
  if (!fetch || !scheduled) throw new Error("the default Worker has both handlers");
  const ctx = createExecutionContext();
  return {
    fetch: async (request) => fetch(request as never, env, ctx),
    scheduled: async (controller) => scheduled(controller, env, ctx),
  };
}
