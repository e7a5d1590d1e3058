/** How the program ends. The help says the same to its users. */
export const EXIT = {
  /** What was asked for, and nothing wrong with it. */
  fine: 0,
  /** A pool is down or its breaker open; or the session is not known. */
  degraded: 1,
  /** The command line, or what it names, is wrong. */
  usage: 2,
  /** Nobody answered, or not the Worker. */
  unreachable: 3,
  /** The key is missing or wrong. */
  unauthorized: 4,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** What is shown of an answer, and how the program ends then. */
export interface Report {
  text: string;
  exit: Exit;
}

/** Why there is no answer to show. */
export class Failed extends Error {
  readonly exit: Exit;

  constructor(exit: Exit, message: string) {
    super(message);
    this.exit = exit;
  }
}
