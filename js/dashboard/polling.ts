/** Asks again and again while somebody looks at the page. */

const INTERVAL_MS = 3_000;
/** Doubled with each failure in a row, up to this. */
const INTERVAL_MAX_MS = 24_000;

export type News<T> =
  | { kind: "answer"; answer: T }
  | { kind: "failed"; error: unknown; retryMs: number }
  | { kind: "paused" };

export class Polling<T> {
  readonly #ask: () => Promise<T>;
  readonly #tell: (news: News<T>) => void;
  #running = false;
  #timer: number | undefined;
  #failures = 0;
  /** An answer is told only if nothing was asked, stopped or paused since its question. */
  #round = 0;

  constructor(ask: () => Promise<T>, tell: (news: News<T>) => void) {
    this.#ask = ask;
    this.#tell = tell;
    const wake = () => this.#running && this.now();
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
  }

  start(): void {
    this.#running = true;
    this.#failures = 0;
    this.now();
  }

  stop(): void {
    this.#running = false;
    this.#round += 1;
    clearTimeout(this.#timer);
  }

  /** Asks at once instead of at the next turn; pauses where nobody looks. */
  now(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
    if (document.visibilityState === "hidden") this.#tell({ kind: "paused" });
    else void this.#turn(this.#round);
  }

  async #turn(round: number): Promise<void> {
    const news = await this.#ask().then(
      (answer) => ({ kind: "answer" as const, answer }),
      (error: unknown) => ({ kind: "failed" as const, error, retryMs: this.#patience() }),
    );
    if (round !== this.#round) return;
    this.#failures = news.kind === "failed" ? this.#failures + 1 : 0;
    const waitMs = news.kind === "failed" ? news.retryMs : INTERVAL_MS;
    this.#timer = window.setTimeout(() => this.now(), waitMs);
    // Last: who is told may stop it.
    this.#tell(news);
  }

  #patience(): number {
    return Math.min(INTERVAL_MS * 2 ** this.#failures, INTERVAL_MAX_MS);
  }
}
