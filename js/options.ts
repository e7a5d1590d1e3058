/**
 * Options as JSON text. What JSON would drop or turn into null is written out,
 * so that the pool can name it in its error.
 */
export function optionsText(options: object): string {
  return JSON.stringify(options, (_key, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") {
      return String(value);
    }
    return value;
  });
}
