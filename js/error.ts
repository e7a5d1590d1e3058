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

/** Reads the answer to a claim, or throws the error it carries. */
export function readAnswer(text: string): Grant {
  return throwIfError<Grant>(text);
}

/** Reads JSON text from Rust, or throws the error it carries; null is no error. */
export function throwIfError<T>(text: string | null): T {
  const value = JSON.parse(text ?? "null") as { error?: ErrorFields } | null;
  if (value?.error) throw new WarmPoolError(value.error);
  return value as T;
}
