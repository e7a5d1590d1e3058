// `npm run first-request [-- --sessions N]`: measures the first request of a new session over real
// containers, N from a container that is started for it and N from a warm one, 20 unless said
// otherwise, and prints the README's table.
import { cpus, loadavg, totalmem } from "node:os";
import { readArgs } from "./lib/args.mjs";
import { build } from "./lib/build.mjs";
import { runOverContainers } from "./lib/e2e.mjs";
import { docker } from "./lib/engine.mjs";
import { npmVersion } from "./lib/project.mjs";
import { childEnv, run } from "./lib/run.mjs";
import { heading, main, say, Trouble } from "./lib/say.mjs";

const SESSIONS = 20;
const SESSIONS_MAX = 1000;
/** A session, with the container that takes the place of its own, on a busy machine. */
const SESSION_LIMIT_MS = 20_000;
const START_LIMIT_MS = 120_000;

await main(async () => {
  const { sessions } = readArgs({
    sessions: { type: "integer", min: 1, max: SESSIONS_MAX, default: SESSIONS },
  });
  await build();
  const before = loadavg()[0];
  let engine, output;
  const { missing, code } = await runOverContainers(async (extra) => {
    heading(`${sessions} new sessions each`);
    engine = docker(["version", "--format", "{{.Server.Version}}"]);
    const env = childEnv({ extra: { ...extra, FIRST_SESSIONS: String(sessions) } });
    const args = ["--test", "--test-reporter=spec", "tests/e2e/first.test.mjs"];
    const timeoutMs = START_LIMIT_MS + sessions * SESSION_LIMIT_MS;
    const result = await run("node", args, { env, timeoutMs });
    output = result.output;
    return result;
  });
  if (missing) throw new Trouble(`There are no real containers here: ${missing}.`);
  if (code !== 0) throw new Trouble("It broke off: its output above says why.");

  heading("first request of a new session");
  say("| | p50 | slowest |\n|---|---|---|");
  say(row("cold: its container is started for it", timesOf("cold", output)));
  say(row("warm", timesOf("warm", output)));
  say(`\n${sessions} each, in turn. ${machine(engine)}, load ${before.toFixed(1)} before.`);
});

/** As the test tells them, ms. */
function timesOf(kind, output) {
  const found = output.match(new RegExp(`${kind}: (\\[.*\\])`));
  if (!found) throw new Trouble("The test told no times: see its output above.");
  return JSON.parse(found[1]).sort((one, other) => one - other);
}

function row(name, sorted) {
  const [p50, slowest] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted.at(-1)];
  return `| ${name} | ${Math.round(p50)} ms | ${Math.round(slowest)} ms |`;
}

function machine(engine) {
  const date = new Date().toISOString().slice(0, 10);
  const processor = `${cpus()[0].model.trim()}, ${cpus().length} cores`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${processor}, ${memory}, Docker ${engine}, wrangler ${npmVersion("wrangler")}, ${date}`;
}
