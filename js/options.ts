/**
 * Options as JSON text. What JSON would drop, turn into null or take for an empty object is written
 * out, so that the pool can name it in its error; so is what has no JSON at all.
 */
export function optionsText(options: unknown): string {
  try {
    return JSON.stringify(options, spelledOut);
  } catch (error) {
    return JSON.stringify(String(error));
  }
}

/** `value` is what `toJSON` made of `this[key]`: a date's text, for one. */
function spelledOut(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const given = this[key];
  if (typeof given === "number" && !Number.isFinite(given)) return String(given);
  if (typeof given === "bigint" || typeof given === "function" || typeof given === "symbol") {
    return String(given);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) return value;
  const kind = Object.prototype.toString.call(given);
  return kind === "[object Object]" ? value : kind;
}
