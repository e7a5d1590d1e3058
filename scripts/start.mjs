// `npm start [-- --port N]`: sets up, builds and serves the default Worker on this machine.
import { existsSync, readFileSync } from "node:fs";
import { build } from "./lib/build.mjs";
import { inRoot } from "./lib/project.mjs";
import { childEnv, run, stopWithCode } from "./lib/run.mjs";
import { heading, main, say, Trouble } from "./lib/say.mjs";
import { answers, ensurePortIsFree, portFrom } from "./lib/server.mjs";

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
  const port = portFrom(process.argv.slice(2), DEFAULT_PORT);
  await ensurePortIsFree(HOST, port);
  await build();

  // Being stopped is how a server ends, so it is no failure.
  stopWithCode(0);
  heading("wrangler dev");
  const server = serve(port);
  const address = `http://${HOST}:${port}`;
  const first = await Promise.race([server, answers(`${address}/`, START_LIMIT_MS)]);
  if (first === true) sayWhatToTry(address);
  else if (first === false) throw new Trouble(`${address} did not answer within 60 s.`);
  const { code } = await server;
  throw new Trouble(`wrangler dev ended by itself with exit code ${code}: see its output above.`);
});

function serve(port) {
  const args = ["dev", "--config", "wrangler.jsonc", "--ip", HOST, "--port", String(port)];
  args.push("--show-interactive-dev-session=false");
  if (ownKey() === undefined) args.push("--var", `${KEY}:dev`);
  return run("wrangler", args, { env: childEnv({ extra: QUIET }) });
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
  if (key !== "dev") say(`(YOUR-KEY is the ${KEY} of .dev.vars)`);
}
