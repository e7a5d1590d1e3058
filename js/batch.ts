/** A claim as it came. */
export type Call = [session: unknown, config: string | undefined, ticket: string | undefined];
export type Answer = string | Promise<string>;

/** After so many claims, each by itself, they are taken to come one at a time. */
const ALONE = 8;

/** Of so many such claims one waits all the same, to see whether others come with it. */
const TRY_EVERY = 16;

/**
 * Claims that come at once are decided at once, and share a commit, which is most of what each of
 * them would take: the first waits until what was recorded before it is durable, as its answer has to
 * anyway, and for those that come meanwhile.
 */
export class Batch {
  readonly #durable: () => Promise<void>;
  readonly #decide: (calls: Call[]) => Answer[];
  #gathered: { call: Call; answer: (answer: Answer) => void; fail: (error: unknown) => void }[] =
    [];
  /** How many came by themselves, one after the other; that is not known of the first. */
  #alone = 0;

  /** `durable` resolves when what was recorded so far is so. */
  constructor(durable: () => Promise<void>, decide: (calls: Call[]) => Answer[]) {
    this.#durable = durable;
    this.#decide = decide;
  }

  /** The answer to a claim that waits for others; undefined to one that is to be decided alone. */
  join(call: Call): Promise<string> | undefined {
    if (this.#gathered.length === 0) {
      this.#alone += 1;
      if (this.#alone > ALONE && this.#alone % TRY_EVERY > 0) return undefined;
      const end = () => this.end();
      this.#durable().then(end, end);
    }
    return new Promise((answer, fail) => this.#gathered.push({ call, answer, fail }));
  }

  /** Decides about those that wait; to be called before anything that came after them is done. */
  end(): void {
    const gathered = this.#gathered;
    if (gathered.length === 0) return;
    this.#gathered = [];
    if (gathered.length > 1) this.#alone = 0;
    try {
      const answers = this.#decide(gathered.map(({ call }) => call));
      gathered.forEach(({ answer }, at) => answer(answers[at] ?? ""));
    } catch (error) {
      gathered.forEach(({ fail }) => fail(error));
    }
  }
}
