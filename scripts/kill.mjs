// `npm run kill [-- --kills N] [--seed S]`: kills the real process N times under load, 200 unless
// said otherwise, and says what became of its containers.
import { randomSeed, readArgs, SEED } from "./lib/args.mjs";
import { build } from "./lib/build.mjs";
import { childEnv, run } from "./lib/run.mjs";
import { heading, main, say, Trouble } from "./lib/say.mjs";

const KILLS = 200;
const KILLS_MAX = 10_000;
/** More than any kill takes; what is more is something that hangs. */
const KILL_LIMIT_MS = 30_000;
const REST_LIMIT_MS = 5 * 60_000;

await main(async () => {
  const { kills, seed = randomSeed() } = readArgs({
    kills: { type: "integer", min: 1, max: KILLS_MAX, default: KILLS },
    seed: SEED,
  });
  await build();
  heading(`${kills} kills, seed ${seed}`);
  const env = childEnv({ extra: { KILLS: String(kills), KILL_SEED: String(seed) } });
  const timeoutMs = kills * KILL_LIMIT_MS + REST_LIMIT_MS;
  const args = ["--test", "--test-reporter=spec", "tests/kill/kill.test.mjs"];
  const { code, output } = await run("node", args, { env, timeoutMs });
  if (code === null) throw new Trouble("It did not end: its output above says how far it came.");
  heading("in short");
  say(output.match(/\d+ kills in .*/)?.[0] ?? "It broke off: see above.");
  say(`again: npm run kill -- --kills ${kills} --seed ${seed}`);
  return code;
});
