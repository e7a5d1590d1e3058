// The tests over real containers: an engine for them, what wrangler needs, and nothing left behind.
import { rmSync } from "node:fs";
import { imagesOf, prepareContainers } from "./containers.mjs";
import { countsOfNode, NO_COUNTS } from "./counts.mjs";
import { installEngine, mayStartEngine, whyNoEngine } from "./engine.mjs";
import { keep } from "./keep.mjs";
import { inRoot } from "./project.mjs";
import { say, Trouble } from "./say.mjs";

/** As tests/e2e/server.mjs names its Workers. */
const PREFIX = "workerd-cf-warm-pool-e2e-";

const IMAGES = [...imagesOf("E2eContainer"), ...imagesOf("DemoContainer")];

/** What this machine lacks for them, if anything. */
export function missingForContainers() {
  const why = whyNoEngine();
  return why && !mayStartEngine() ? why : undefined;
}

/** `runTests(extra)` runs them with that in the environment. */
export async function runOverContainers(runTests) {
  const startedAtMs = Date.now();
  let end;
  try {
    end = await engineFor();
  } catch (error) {
    if (error instanceof Trouble) return { missing: error.message.replace(/\.$/, "") };
    throw error;
  }
  try {
    const { code, ms, output } = await runTests(await prepareContainers());
    return { code, ms, counts: countsOfNode(output) };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    say(error.message);
    return { code: 1, ms: Date.now() - startedAtMs, counts: NO_COUNTS };
  } finally {
    await end();
    // What wrangler wrote beside its configuration and was killed too soon to put away.
    rmSync(inRoot("tests/e2e/.wrangler"), { recursive: true, force: true });
  }
}

async function engineFor() {
  const engine = whyNoEngine() !== undefined;
  if (engine) {
    await installEngine();
    say("starting a container engine, for as long as the tests run");
  }
  return keep({ prefix: PREFIX, images: IMAGES, engine });
}
