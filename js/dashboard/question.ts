/** The dialog that asks before something is done. */
import { part, setText } from "./dom.ts";

export interface Question {
  title: string;
  text: string;
  /** What the button that does it says. */
  yes: string;
  /** It cannot be taken back. */
  grave: boolean;
}

const dialog = part("question", HTMLDialogElement);
const title = part("question-title", HTMLElement);
const text = part("question-text", HTMLElement);
const yes = part("question-yes", HTMLButtonElement);
const no = part("question-no", HTMLButtonElement);

/** Answers what is asked now, if anything is. */
let answer: ((yes: boolean) => void) | undefined;

yes.addEventListener("click", () => close(true));
no.addEventListener("click", () => close(false));
// Escape. It is told later, when the next question may already be open, which it does not answer.
dialog.addEventListener("close", () => dialog.open || answer?.(false));

function close(is: boolean): void {
  answer?.(is);
  dialog.close();
}

/** Resolves to whether it is to be done; Escape and anything else are a no. */
export function confirmed(question: Question): Promise<boolean> {
  setText(title, question.title);
  setText(text, question.text);
  setText(yes, question.yes);
  yes.classList.toggle("grave", question.grave);
  dialog.showModal();
  return new Promise((done) => (answer = done));
}
