import { EXIT } from "./exit.js";

export const HELP = `Usage: warm-pool <command> --url URL [--key KEY] [--runtime NAME] [--json]

Reads what a deployment of the Worker of cf-warm-pool tells those who run it.

Commands:
  status         the figures of its pools
  sessions <id>  what a session holds
  explain <id>   the same, and what happened to its containers, with times and causes

Options:
  --url URL       where the Worker is; else WARM_POOL_URL
  --key KEY       its API key; else WARM_POOL_API_KEY, which other users of the
                  machine do not see among the running programs
  --runtime NAME  one runtime alone
  --json          the answer as it came
  --help          this

Exit codes:
  0  fine
  1  a pool is down or its breaker open, or the session is not known
  2  wrong usage
  3  nobody answered, or not the Worker
  4  the key is missing or wrong`;

/** What is asked for. */
export interface Command {
  name: "status" | "sessions" | "explain";
  /** The session's id, for all but `status`. */
  session: string | undefined;
  url: URL;
  key: string;
  runtime: string | undefined;
  json: boolean;
}

/** A command line that says nothing that can be done. */
export class UsageError extends Error {
  readonly exit = EXIT.usage;

  constructor(problem: string) {
    super(`${problem} (warm-pool --help says more)`);
  }
}

const VALUES = ["--url", "--key", "--runtime"] as const;

/**
 * Reads a command line.
 *
 * @throws {UsageError} where it is none
 */
export function commandOf(
  args: string[],
  env: Record<string, string | undefined>,
): Command | "help" {
  const { words, values, flags } = sorted(args);
  if (flags.has("--help")) return "help";
  const [name, session, ...rest] = words;
  if (name === undefined) throw new UsageError("there is no command");
  if (name !== "status" && name !== "sessions" && name !== "explain") {
    throw new UsageError(`there is no command ${name}`);
  }
  if (name === "status" ? session !== undefined : rest.length > 0) {
    throw new UsageError(`${name} takes ${name === "status" ? "no argument" : "one session id"}`);
  }
  if (name !== "status") checkSession(name, session);
  return {
    name,
    session,
    url: urlOf(values.get("--url") ?? env["WARM_POOL_URL"]),
    key: values.get("--key") ?? env["WARM_POOL_API_KEY"] ?? "",
    runtime: values.get("--runtime"),
    json: flags.has("--json"),
  };
}

/** What follows `--` is no option, so that a session id may look like one. */
function sorted(args: string[]) {
  const words: string[] = [];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      words.push(...args.slice(at + 1));
      break;
    }
    const [option = "", ...parts] = arg.split("=");
    if (!arg.startsWith("-")) words.push(arg);
    else if (arg === "--json" || arg === "--help" || arg === "-h") {
      flags.add(arg === "-h" ? "--help" : arg);
    } else if (VALUES.some((known) => known === option)) {
      const value = parts.length > 0 ? parts.join("=") : args[++at];
      if (value === undefined) throw new UsageError(`${option} wants a value`);
      values.set(option, value);
    } else throw new UsageError(`there is no option ${option}`);
  }
  return { words, values, flags };
}

function checkSession(name: string, session: string | undefined): void {
  if (session === undefined || session === "") throw new UsageError(`${name} takes a session id`);
  if (session === "." || session === "..") {
    throw new UsageError(`a session that is called ${session} cannot be named in a URL`);
  }
}

function urlOf(text: string | undefined): URL {
  if (text === undefined || text === "") {
    throw new UsageError("there is no --url, and no WARM_POOL_URL");
  }
  try {
    const url = new URL(text);
    if (url.protocol === "https:" || url.protocol === "http:") return url;
  } catch {
    // Said below.
  }
  throw new UsageError(`${text} is no URL of http or https`);
}
