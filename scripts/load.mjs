// `npm run load [-- --seconds N] [--rate R]`: loads the built Worker with R new sessions a second for
// N seconds, 45 and 60 unless said otherwise, and says how long they waited.
import { parseArgs } from "node:util";
import { build } from "./lib/build.mjs";
import { childEnv, run } from "./lib/run.mjs";
import { heading, main, say, Trouble } from "./lib/say.mjs";

const SECONDS = 60;
const SECONDS_MAX = 3600;
const RATE = 45;
const RATE_MAX = 1000;
/** For filling the pool before, and for coming to rest after. */
const MARGIN_MS = 5 * 60_000;

await main(async () => {
  const { seconds, rate } = wanted(process.argv.slice(2));
  await build();
  heading(`${rate} new sessions a second for ${seconds} s`);
  const env = childEnv({ extra: { LOAD_SECONDS: String(seconds), LOAD_RATE: String(rate) } });
  const timeoutMs = seconds * 1000 + MARGIN_MS;
  const args = ["--test", "--test-reporter=spec", "tests/load/load.test.mjs"];
  const { code, output } = await run("node", args, { env, timeoutMs });
  if (code === null) throw new Trouble("It did not end: its output above says how far it came.");
  heading("in short");
  say(output.match(/warmTarget \d+.*/)?.[0] ?? "It broke off: see above.");
  say(output.match(/\d+ sessions: .*/)?.[0] ?? "It did not come to rest: see above.");
  return code;
});

function wanted(args) {
  const usage = `Usage: npm run load -- [--seconds N] [--rate R], with N from 1 to ${SECONDS_MAX} and R from 1 to ${RATE_MAX}.`;
  try {
    const options = { seconds: { type: "string" }, rate: { type: "string" } };
    const { values } = parseArgs({ args, options });
    const seconds = Number(values.seconds ?? SECONDS);
    const rate = Number(values.rate ?? RATE);
    if (isWhole(seconds, 1, SECONDS_MAX) && isWhole(rate, 1, RATE_MAX)) return { seconds, rate };
  } catch {
    // An argument it does not know.
  }
  throw new Trouble(usage);
}

function isWhole(value, least, most) {
  return Number.isInteger(value) && value >= least && value <= most;
}
