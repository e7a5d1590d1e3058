#!/usr/bin/env node
import { ask } from "./ask.js";
import { commandOf, HELP, UsageError, type Command } from "./command.js";
import { EXIT, Failed, type Report } from "./exit.js";
import { jsonLine, printable } from "./printable.js";
import { sessionReport } from "./session.js";
import { statusReport } from "./status.js";

/** What is used of Node, whose types are not a part of this package. */
declare const process: {
  argv: string[];
  env: Record<string, string | undefined>;
  exitCode: number;
};

process.exitCode = await main(process.argv.slice(2), process.env);

/** Runs one command line; its exit code. What fails is said on standard error. */
async function main(args: string[], env: Record<string, string | undefined>): Promise<number> {
  try {
    const command = commandOf(args, env);
    if (command === "help") {
      console.log(HELP);
      return EXIT.fine;
    }
    const body = await ask(command);
    const report = reportOn(body, command);
    console.log(command.json ? jsonLine(body) : report.text);
    return report.exit;
  } catch (error) {
    if (!(error instanceof Failed || error instanceof UsageError)) throw error;
    console.error(`warm-pool: ${printable(error.message)}`);
    return error.exit;
  }
}

/** What there is to say of an answer, which may be of another version, or another server's. */
function reportOn(body: unknown, command: Command): Report {
  try {
    return command.name === "status" ? statusReport(body) : sessionReport(body, command);
  } catch (error) {
    const message = `${command.url.origin} answered what is not known here: ${String(error)}`;
    throw new Failed(EXIT.unreachable, message);
  }
}
