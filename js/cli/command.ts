import { parseArgs } from "node:util";
import { EXIT } from "./exit.js";

export const HELP = `Usage: warm-pool <command> --url URL [--key KEY] [--runtime NAME] [--json]

Reads the statistics of a deployed Worker of cf-warm-pool.

Commands:
  status         the statistics of its pools
  sessions <id>  the container of a session
  explain <id>   the same, and the history of its containers with times and causes

Options:
  --url URL       address of the Worker (default: WARM_POOL_URL)
  --key KEY       its API key (default: WARM_POOL_API_KEY, which other users of
                  the machine cannot see in the list of processes)
  --runtime NAME  only this runtime
  --json          print the response as it came
  -h, --help      print this help

Exit codes:
  0  success
  1  a pool is down or its breaker is open, or the session is unknown
  2  invalid usage
  3  no response, or not one of the Worker
  4  the key is missing or invalid`;

/** A parsed command line. */
export interface Command {
  name: "status" | "sessions" | "explain";
  /** The session id, for all commands but `status`. */
  session: string | undefined;
  url: URL;
  key: string;
  runtime: string | undefined;
  json: boolean;
}

/** A command line that is invalid. */
export class UsageError extends Error {
  readonly exit = EXIT.usage;
}

const COMMANDS = ["status", "sessions", "explain"] as const;

const OPTIONS = {
  url: { type: "string" },
  key: { type: "string" },
  runtime: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Reads a command line.
 *
 * @throws {UsageError} if it is invalid
 */
export function commandOf(
  args: string[],
  env: Record<string, string | undefined>,
): Command | "help" {
  const { words, values } = parse(args);
  if (values.has("help")) return "help";
  const [word, ...ids] = words;
  const known = `known: ${COMMANDS.join(", ")}`;
  if (word === undefined) throw new UsageError(`missing command (${known})`);
  const name = COMMANDS.find((command) => command === word);
  if (name === undefined) throw new UsageError(`unknown command ${word} (${known})`);
  return {
    name,
    session: sessionOf(name, ids),
    url: urlOf(values.get("url") ?? env["WARM_POOL_URL"]),
    key: values.get("key") ?? env["WARM_POOL_API_KEY"] ?? "",
    runtime: values.get("runtime"),
    json: values.has("json"),
  };
}

/**
 * Splits the arguments into words and options. After `--` everything is a word, so that a session id
 * may look like an option. Not the strict mode of `parseArgs`: its messages differ between versions of
 * Node, and a key may begin with a dash.
 */
function parse(args: string[]): { words: string[]; values: Map<string, string> } {
  const words: string[] = [];
  const values = new Map<string, string>();
  const lenient = { strict: false, allowPositionals: true, tokens: true } as const;
  for (const token of parseArgs({ args, options: OPTIONS, ...lenient }).tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind === "option") values.set(token.name, valueOf(token));
  }
  return { words, values };
}

function valueOf({ name, rawName, value }: { name: string; rawName: string; value?: string }) {
  if (!Object.hasOwn(OPTIONS, name)) {
    const known = Object.keys(OPTIONS).map((option) => `--${option}`);
    throw new UsageError(`unknown option ${rawName} (known: ${known.join(", ")})`);
  }
  const takesValue = OPTIONS[name as keyof typeof OPTIONS].type === "string";
  if (takesValue && value === undefined) {
    throw new UsageError(`${rawName} has no value (give ${rawName} ${name.toUpperCase()})`);
  }
  if (!takesValue && value !== undefined) {
    throw new UsageError(`invalid ${rawName}=${value}: ${rawName} takes no value`);
  }
  return value ?? "";
}

function sessionOf(name: Command["name"], ids: string[]): string | undefined {
  const [session] = ids;
  if (name === "status") {
    if (session === undefined) return undefined;
    throw new UsageError(`status takes no argument, not ${ids.join(" ")} (see warm-pool --help)`);
  }
  if (session === undefined || session === "" || ids.length > 1) {
    throw new UsageError(`${name} takes exactly one session id (see warm-pool --help)`);
  }
  if (session === "." || session === "..") {
    throw new UsageError(`invalid session id ${session}: it cannot be named in a URL`);
  }
  return session;
}

function urlOf(text: string | undefined): URL {
  if (text === undefined || text === "") {
    throw new UsageError("missing URL of the Worker (give --url URL or set WARM_POOL_URL)");
  }
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === "https:" || url.protocol === "http:") return url;
  }
  throw new UsageError(`invalid URL ${text}: it must be an http or https URL`);
}
