// axe, the rules of accessibility, on a page as it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { inRoot } from "../../scripts/lib/project.mjs";

const AXE = readFileSync(inRoot("node_modules/axe-core/axe.min.js"), "utf8");

/** Fails with what is wrong and where, whatever axe calls its weight. */
export async function assertAccessible(page) {
  // Evaluated from outside, so that the page's policy has no say.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target}: ${failureSummary}`),
  );
  assert.deepEqual(found, []);
  assert.ok(passes.length > 5, "axe saw nothing");
}
