/** Elements, made without markup: whatever a text holds, it is shown as text. */

type Child = Node | string;

/** An element of a class, with children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A button that does `act`. */
export function button(label: string, act: () => void): HTMLButtonElement {
  const element = make("button", "", label);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/** An element of page.html. */
export function part<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`the page has no ${id}`);
}

/** Changes a text only where it differs, so that selections and screen readers are left alone. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
