/** The key: asked for once to a tab, and kept in that tab only. */
import { part, setText } from "./dom.ts";

const KEPT_AS = "warm-pool-key";

export class Key {
  readonly #form = part("key-form", HTMLFormElement);
  readonly #field = part("key", HTMLInputElement);
  readonly #error = part("key-error", HTMLElement);
  readonly #forget = part("forget", HTMLButtonElement);

  /** `given` is called with each key that is entered, `forgotten` when it is to be forgotten. */
  constructor(given: (key: string) => void, forgotten: () => void) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      given(this.#field.value.trim());
    });
    this.#forget.addEventListener("click", forgotten);
  }

  get kept(): string | null {
    return sessionStorage.getItem(KEPT_AS);
  }

  /** It opened the pool: the form goes, and a reload does not bring it back. */
  accept(key: string): void {
    sessionStorage.setItem(KEPT_AS, key);
    this.#field.value = "";
    this.#form.hidden = true;
    this.#forget.hidden = false;
  }

  /** Forgets it and asks for one; `problem` says what was wrong with the last. */
  ask(problem = ""): void {
    sessionStorage.removeItem(KEPT_AS);
    this.#form.hidden = false;
    this.#forget.hidden = true;
    this.#error.hidden = problem === "";
    setText(this.#error, problem);
    this.#field.setAttribute("aria-invalid", String(problem !== ""));
    this.#field.focus();
    this.#field.select();
  }
}
