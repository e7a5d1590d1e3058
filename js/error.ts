import type { WarmPoolErrorCode } from "./types/error.js";

/**
 * Why a call to the pool was not answered with what it asked for.
 *
 * The code also ends the message: between objects the platform drops an error's
 * own fields, unless the compatibility flag `enhanced_error_serialization` is set.
 */
export class WarmPoolError extends Error {
  /** The stable code, as over HTTP and in metrics. */
  readonly code: WarmPoolErrorCode;
  /** The HTTP status that fits. */
  readonly status: number;
  /** When trying again is worth it, ms from now. */
  readonly retryAfterMs: number | undefined;

  constructor(fields: ErrorFields) {
    super(`${fields.message} [${fields.code}]`);
    this.name = "WarmPoolError";
    this.code = fields.code;
    this.status = fields.status;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

interface ErrorFields {
  code: WarmPoolErrorCode;
  message: string;
  status: number;
  retryAfterMs?: number;
}

/** What a claim is answered with. */
export interface Grant {
  name: string;
  id: string;
  generation: number;
  outcome: "sticky" | "hit" | "miss";
}

/**
 * Reads the answer to a claim, or throws the error it carries: `pool_unavailable` for an answer that
 * names no container.
 */
export function readGrant(answer: string): Grant {
  let grant: Partial<Grant> = {};
  try {
    grant = throwIfError<Partial<Grant> | null>(answer) ?? {};
  } catch (error) {
    if (error instanceof WarmPoolError) throw error;
  }
  if (typeof grant.name === "string" && typeof grant.id === "string") return grant as Grant;
  throw new WarmPoolError({
    code: "pool_unavailable",
    message: "the pool's answer to a claim cannot be read: it names no container",
    status: 503,
    retryAfterMs: 1000,
  });
}

/** Reads JSON text from Rust, or throws the error it carries; null is no error. */
export function throwIfError<T>(text: string | null): T {
  const value = JSON.parse(text ?? "null") as { error?: ErrorFields } | null;
  if (value?.error) throw new WarmPoolError(value.error);
  return value as T;
}
