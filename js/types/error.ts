/**
 * What went wrong, the same word over RPC and HTTP. A pool of a later version than its client may
 * send others.
 */
export type WarmPoolErrorCode =
  /** 400: the session id is missing, too long or holds control characters. */
  | "invalid_session"
  /** 400: an option is unknown, of the wrong type or out of its bounds. */
  | "invalid_config"
  /** 401: the key is missing or wrong. */
  | "unauthorized"
  /** 404: there is nothing at that address, or no such runtime. */
  | "not_found"
  /** 429: the platform limits how fast containers start. */
  | "rate_limited"
  /** 502: starts fail, and none is tried for the moment. */
  | "start_failed"
  /** 503: as many containers exist as may. */
  | "capacity_exhausted"
  /** 503: nothing became ready within `queueTimeout`, or too many sessions wait already. */
  | "queue_timeout"
  /** 503: the pool did not answer; the claim may or may not be recorded, and may be repeated. */
  | "pool_unavailable"
  /** 504: a start was under way for this claim, and took too long. */
  | "start_timeout"
  /** 500: the Worker's bindings or variables do not fit. */
  | "misconfigured";
