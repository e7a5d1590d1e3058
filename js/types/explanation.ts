/** Why a session has the container it has. */
export interface Explanation {
  /** What the session holds, `null` if nothing. */
  container: { name: string; id: string; generation: number } | null;
  /** The steps of every container the session held, in the order they happened. */
  steps: ExplainedStep[];
  /**
   * How many steps of all containers of the pool, some 2000 are kept, were dropped before the first
   * that is known.
   */
  dropped: number;
  /** What stands for the session in the pool's log, where session ids are not in clear. */
  digest: string;
}

/** One step in the life of a container. */
export interface ExplainedStep {
  /** When, in ms since 1970. */
  at: number;
  /** The container's name. */
  container: string;
  /** Which life of it: 1, and one more with each restart or reset. */
  generation: number;
  /** What it came to be; `gone`: this life of it was over. */
  to: "starting" | "warm" | "assigned" | "draining" | "stopping" | "gone";
  /** Why it was let go or stopped, in one word. */
  cause: string | null;
  /** The step in words. */
  why: string;
}
