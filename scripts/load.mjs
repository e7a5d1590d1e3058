// `npm run load [-- --seconds N] [--rate R]`: loads the built Worker with R new sessions a second for
// N seconds, 45 and 60 unless said otherwise, and says how long they waited.
import { readArgs } from "./lib/args.mjs";
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
  const { seconds, rate } = readArgs({
    seconds: { type: "integer", min: 1, max: SECONDS_MAX, default: SECONDS },
    rate: { type: "integer", min: 1, max: RATE_MAX, default: RATE },
  });
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
