// Reads the command line of a script: `parseArgs` of Node, with numbers, choices and messages.
import { parseArgs } from "node:util";
import { Trouble } from "./say.mjs";

/** A seed: any of them replays a run. */
export const SEED = { type: "integer", min: 0, max: 2 ** 32 - 1 };

/** A random value for {@link SEED}. */
export function randomSeed() {
  return Math.floor(Math.random() * (SEED.max + 1));
}

/**
 * Returns the value of each option, by its name; undefined for one that is neither given nor has a
 * `default`. An option is a `type` ("boolean", "string", "integer" with `min` and `max`, or "choice"
 * with `choices`) and perhaps a `default`.
 *
 * @throws {Trouble} if an argument is unknown or a value is missing or invalid
 */
export function readArgs(options, args = process.argv.slice(2)) {
  const types = Object.entries(options).map(([name, { type }]) => [
    name,
    { type: type === "boolean" ? "boolean" : "string" },
  ]);
  // The tokens tell what was given; the messages of strict mode differ from one Node to the next.
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(types),
    strict: false,
    tokens: true,
  });
  const values = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, option.default]),
  );
  for (const token of tokens) {
    if (token.kind !== "option" || !Object.hasOwn(options, token.name)) {
      const what =
        token.kind === "option" ? `option ${token.rawName}` : `argument ${args[token.index]}`;
      throw new Trouble(`unknown ${what} (${known(options)})`);
    }
    values[token.name] = valueOf(token, options[token.name]);
  }
  return values;
}

function valueOf({ rawName, value, inlineValue }, option) {
  if (option.type === "boolean") {
    if (value === undefined) return true;
    throw new Trouble(`invalid ${rawName}=${value}: ${rawName} takes no value`);
  }
  if (value === undefined || (!inlineValue && value.startsWith("-"))) {
    throw new Trouble(`${rawName} has no value (give it ${valuesOf(option)})`);
  }
  if (!isValid(value, option)) {
    throw new Trouble(`invalid ${rawName} ${value}: it must be ${valuesOf(option)}`);
  }
  return option.type === "integer" ? Number(value) : value;
}

function isValid(value, { type, min, max, choices }) {
  if (type === "choice") return choices.includes(value);
  if (type !== "integer") return value !== "";
  return /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
}

function valuesOf({ type, min, max, choices }) {
  if (type === "choice") return `one of ${choices.join(", ")}`;
  return type === "integer" ? `an integer from ${min} to ${max}` : "a text";
}

function known(options) {
  const names = Object.keys(options).map((name) => `--${name}`);
  if (names.length === 0) return "this command takes no options";
  return `known: ${names.join(", ")}`;
}
