/**
 * Options as JSON text. What JSON would drop, turn into null or take for an empty object is written
 * out, so that the pool can name it in its error; so is what has no JSON at all.
 */
export function optionsText(options: unknown): string {
  try {
    return isPlain(options) ? JSON.stringify(options) : JSON.stringify(options, spelledOut);
  } catch (error) {
    return JSON.stringify(String(error));
  }
}

/**
 * Whether JSON says all of it, as it does of most: an object of texts, finite numbers and the like.
 * Each claim brings its options, and {@link spelledOut} is called for each of them.
 */
function isPlain(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return false;
  if (Object.getPrototypeOf(options) !== Object.prototype) return false;
  return Object.values(options).every(
    (value) =>
      typeof value === "string" ||
      typeof value === "boolean" ||
      typeof value === "undefined" ||
      (typeof value === "number" && Number.isFinite(value)),
  );
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
