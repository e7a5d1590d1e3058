import { bytesOf, refusal } from "./http.ts";

/** What `GET /health` of one instance answers. */
export interface HealthReport {
  /** The HTTP status; the word in the body says `ok` for 2xx, and else `failing`. */
  status: number;
  memory_used_ratio: number;
  cpu_used_ratio: number;
  /** Time before the answer, ms. */
  delay_ms: number;
}

/** What a subclass puts in the place of what was set. */
export interface HealthOverride extends Partial<HealthReport> {
  /** The whole body, in the place of the JSON. */
  body?: string;
}

/** Least and most of each. */
export const HEALTH_BOUNDS: Readonly<Record<keyof HealthReport, readonly [number, number]>> = {
  status: [200, 599],
  memory_used_ratio: [0, 1],
  cpu_used_ratio: [0, 1],
  delay_ms: [0, 600_000],
};

const WELL: HealthReport = {
  status: 200,
  memory_used_ratio: 0.25,
  cpu_used_ratio: 0.1,
  delay_ms: 0,
};
const BODY_BYTES_MAX = 1024;
const KEY = "instance/health";

/** An instance's health, which stays as it was set until the instance is gone. */
export class Health {
  readonly #kv: SyncKvStorage;

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  get report(): HealthReport {
    return this.#kv.get<HealthReport>(KEY) ?? WELL;
  }

  /** What is not named stays as it is. */
  change(changes: Partial<HealthReport>): void {
    this.#kv.put(KEY, { ...this.report, ...changes });
  }

  clear(): void {
    this.#kv.delete(KEY);
  }
}

/**
 * `GET` and `PUT /health`. To the container's object either is a request like any other: it counts
 * as in flight and puts off the sleep, as with the real class, which cannot tell a look from work.
 */
export async function serveHealth(
  request: Request,
  health: Health,
  override: () => Promise<HealthOverride>,
  gone: AbortSignal,
): Promise<Response> {
  switch (request.method) {
    case "GET": {
      const { body, ...changes } = await override();
      const report = { ...health.report, ...changes };
      await pause(report.delay_ms, gone);
      return answer(report, body);
    }
    case "PUT": {
      const changes = changesIn(await bytesOf(request, BODY_BYTES_MAX));
      gone.throwIfAborted();
      if (typeof changes === "string") return refusal(400, changes);
      health.change(changes);
      return new Response(null, { status: 204 });
    }
    default:
      return refusal(405, "health takes GET and PUT", { allow: "GET, PUT" });
  }
}

function answer(report: HealthReport, body?: string): Response {
  const { status, memory_used_ratio, cpu_used_ratio } = report;
  // These have no body, and a response of theirs with one cannot be made.
  if ([204, 205, 304].includes(status)) return new Response(null, { status });
  const word = status < 300 ? "ok" : "failing";
  const json = JSON.stringify({ status: word, memory_used_ratio, cpu_used_ratio });
  const headers = { "content-type": "application/json" };
  return new Response(body ?? json, { status, headers });
}

/** The changes that a body asks for, or what is wrong with it. */
function changesIn(bytes: Uint8Array | undefined): Partial<HealthReport> | string {
  if (!bytes) return `health is set with at most ${BODY_BYTES_MAX} bytes`;
  let changes: unknown;
  try {
    changes = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    changes = undefined;
  }
  if (typeof changes !== "object" || changes === null || Array.isArray(changes)) {
    return "health is set with a JSON object";
  }
  for (const [name, value] of Object.entries(changes)) {
    if (!isField(name)) return `health has no ${name}, but ${Object.keys(WELL).join(", ")}`;
    const [least, most] = HEALTH_BOUNDS[name];
    const whole = name === "status" || name === "delay_ms";
    const fits = typeof value === "number" && value >= least && value <= most;
    if (!fits || (whole && !Number.isInteger(value))) {
      return `${name} is a ${whole ? "whole " : ""}number from ${least} to ${most}`;
    }
  }
  return changes;
}

function isField(name: string): name is keyof HealthReport {
  return Object.hasOwn(HEALTH_BOUNDS, name);
}

/** Rejects as soon as the instance is gone, so that nothing waits for it. */
async function pause(ms: number, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  if (ms === 0) return;
  await new Promise<void>((done, ended) => {
    const timer = setTimeout(done, ms);
    gone.addEventListener("abort", () => {
      clearTimeout(timer);
      ended(gone.reason as Error);
    });
  });
}
