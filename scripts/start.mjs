// `npm start [-- --port N] [--containers | --simulated]`: sets up, builds and serves the default Worker
// on this machine, over real containers where an engine answers, else over simulated ones.
import { existsSync, readFileSync } from "node:fs";
import { readArgs } from "./lib/args.mjs";
import { build } from "./lib/build.mjs";
import { imagesOf, prepareContainers } from "./lib/containers.mjs";
import { whyNoEngine } from "./lib/engine.mjs";
import { keep } from "./lib/keep.mjs";
import { inRoot } from "./lib/project.mjs";
import { childEnv, run, stopWithCode } from "./lib/run.mjs";
import { heading, main, say, Trouble } from "./lib/say.mjs";
import { answers, ensurePortIsFree } from "./lib/server.mjs";

const HOST = "127.0.0.1";
const DEFAULT_PORT = 8787;
const START_LIMIT_MS = 60_000;

const KEY = "WARM_POOL_API_KEY";

/** No telemetry, no banner, and no look-up of where this machine is. */
const QUIET = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

await main(async () => {
  const {
    port,
    containers: mustBeReal,
    simulated: mustNotBeReal,
  } = readArgs({
    port: { type: "integer", min: 1, max: 65535, default: DEFAULT_PORT },
    containers: { type: "boolean" },
    simulated: { type: "boolean" },
  });
  if (mustBeReal && mustNotBeReal) {
    throw new Trouble("--containers and --simulated exclude each other (give only one)");
  }
  await ensurePortIsFree(HOST, port);
  const engine = !mustNotBeReal && engineAnswers(mustBeReal);
  await build();
  const { args, extra, containers } = (engine && (await real(port, mustBeReal))) || simulated(port);

  // Being stopped is how a server ends, so it is no failure.
  stopWithCode(0);
  heading(`wrangler dev, over ${containers}`);
  const server = serve(port, args, extra);
  const address = `http://${HOST}:${port}`;
  const first = await Promise.race([server, answers(`${address}/`, START_LIMIT_MS)]);
  if (first === true) sayWhatToTry(address);
  else if (first === false) throw new Trouble(`${address} did not answer within 60 s.`);
  const { code } = await server;
  throw new Trouble(`wrangler dev ended by itself with exit code ${code}: see its output above.`);
});

function engineAnswers(must) {
  const why = whyNoEngine();
  if (why === undefined) return true;
  const help = "start Docker, or set WRANGLER_DOCKER_BIN to an engine's client";
  if (must) throw new Trouble(`There are no real containers here: ${why}; ${help}.`);
  say(`${why}: containers are simulated`);
  return false;
}

function simulated(port) {
  const args = ["--config", "wrangler.jsonc", "--name", `cf-warm-pool-${port}`];
  return { args, extra: {}, containers: "simulated containers" };
}

/** What real containers need; undefined if they are not to be had and need not be. */
async function real(port, must) {
  const name = `cf-warm-pool-containers-${port}`;
  try {
    await keep({ prefix: `workerd-${name}-`, images: imagesOf("DemoContainer") });
    const extra = await prepareContainers();
    const args = ["--config", "wrangler.containers.jsonc", "--name", name];
    return { args, extra, containers: "real containers" };
  } catch (error) {
    if (must || !(error instanceof Trouble)) throw error;
    say(`${error.message} Containers are simulated.`);
    return undefined;
  }
}

/** What is named by its port has rows and containers of its own: another may serve at another one. */
function serve(port, which, extra) {
  const args = ["dev", ...which, "--ip", HOST, "--port", String(port)];
  args.push("--show-interactive-dev-session=false");
  if (ownKey() === undefined) args.push("--var", `${KEY}:dev`);
  return run("wrangler", args, { env: childEnv({ extra: { ...QUIET, ...extra } }) });
}

/** The management key that .dev.vars sets, if it does. */
function ownKey() {
  if (!existsSync(inRoot(".dev.vars"))) return undefined;
  return readFileSync(inRoot(".dev.vars"), "utf8").match(new RegExp(`^${KEY}\\s*=(.*)$`, "m"))?.[1];
}

function sayWhatToTry(address) {
  const key = ownKey() === undefined ? "dev" : "YOUR-KEY";
  heading(`ready on ${address} (Ctrl-C stops it), try:`);
  say(`curl -H 'x-session-id: alice' ${address}/whoami`);
  say(`curl -H 'x-api-key: ${key}' ${address}/api/v1/warm-pool/status`);
  say(`${address}/dashboard in a browser, with the key ${key}`);
  if (key !== "dev") say(`(YOUR-KEY is the ${KEY} of .dev.vars)`);
}
