// The tests over real containers: an engine for them, what wrangler needs, and nothing left behind.
import { rmSync } from "node:fs";
import { imagesOf, prepareContainers } from "./containers.mjs";
import { countsOfNode, NO_COUNTS } from "./counts.mjs";
import { installEngine, mayStartEngine, whyNoEngine } from "./engine.mjs";
import { keep } from "./keep.mjs";
import { inRoot } from "./project.mjs";
import { say, Trouble } from "./say.mjs";

/** What the Workers of one run are called, and something: another may run beside it. */
const NAME = `cf-warm-pool-e2e-${process.pid}`;

const IMAGES = imagesOf("PooledContainer", "PlainContainer", "DemoContainer");

/** What this machine lacks for them, if anything. */
export function missingForContainers() {
  const why = whyNoEngine();
  return why && !mayStartEngine() ? why : undefined;
}

/**
 * `runTests(extra)` runs them with that in the environment. Nothing of them is left when this
 * resolves, and a run that leaves something behind has failed.
 */
export async function runOverContainers(runTests) {
  const startedAtMs = Date.now();
  let end;
  try {
    end = await engineFor();
  } catch (error) {
    if (error instanceof Trouble) return { missing: error.message.replace(/\.$/, "") };
    throw error;
  }
  let result;
  let left;
  try {
    const { code, ms, output } = await runTests({
      ...(await prepareContainers()),
      E2E_NAME: NAME,
    });
    result = { code, ms, counts: countsOfNode(output) };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    say(error.message);
    result = { code: 1, ms: Date.now() - startedAtMs, counts: NO_COUNTS };
  } finally {
    left = await end();
    // What wrangler wrote beside its configuration and was killed too soon to put away.
    rmSync(inRoot("tests/e2e/.wrangler"), { recursive: true, force: true });
  }
  if (left.length === 0) return result;
  say(`left behind: ${left.join(", ")}`);
  return { ...result, code: result.code || 1 };
}

async function engineFor() {
  const engine = whyNoEngine() !== undefined;
  if (engine) {
    await installEngine();
    say("starting a container engine, for as long as the tests run");
  }
  return keep({ prefix: `workerd-${NAME}-`, images: IMAGES, engine });
}
