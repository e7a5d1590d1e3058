/** What a terminal may take as an order, or that turns the text around it: never printed as it is. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text from elsewhere as one that a terminal shows. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${hex(character.codePointAt(0) ?? 0, 1)}}`);
}

/** The value as JSON that a terminal shows, and that says the same. */
export function jsonLine(value: unknown): string {
  const units = (character: string) => [...Array(character.length).keys()];
  return JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    units(character)
      .map((at) => `\\u${hex(character.charCodeAt(at), 4)}`)
      .join(""),
  );
}

/** Columns under their names, those of numbers to the right. */
export function table(names: string[], rows: (string | number | null)[][]): string {
  const cells = [names, ...rows.map((row) => row.map((value) => printable(String(value ?? "-"))))];
  const width = names.map((_, at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ""))));
  const numbers = names.map((_, at) => rows.some((row) => typeof row[at] === "number"));
  const line = (row: string[]) =>
    row.map((text, at) => padded(text, width[at] ?? 0, numbers[at] ?? false)).join("  ");
  return cells.map((row) => line(row).trimEnd()).join("\n");
}

function padded(text: string, width: number, toTheRight: boolean): string {
  const space = " ".repeat(width - widthOf(text));
  return toTheRight ? space + text : text + space;
}

/** In characters, of which a few take two places. */
function widthOf(text: string): number {
  return Array.from(text).length;
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
