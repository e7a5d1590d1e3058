/** Tables that scroll, for the keyboard too. */
import { make } from "./dom.ts";

export interface Table {
  element: HTMLElement;
  body: HTMLTableSectionElement;
}

/** `label` says what it is a table of. */
export function scrollingTable(label: string, columns: string[]): Table {
  const body = make("tbody");
  const table = make("table", "", make("thead", "", make("tr", "", ...columns.map(head))), body);
  const element = make("div", "scroller", table);
  element.tabIndex = 0;
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", label);
  return { element, body };
}

function head(name: string): HTMLElement {
  const cell = make("th", "", name);
  cell.scope = "col";
  return cell;
}
