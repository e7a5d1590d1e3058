// A user's Vitest project: the plugin replaces globals such as `Function`, and runs each file of
// tests in an isolate of its own.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pack, packagesOf, Project } from "./project.mjs";

const PACKAGES = ["@cloudflare/vitest-plugin", "vitest", "wrangler"];

const folder = mkdtempSync(join(tmpdir(), "warm-pool-pack-"));
let project;
before(async () => {
  project = await Project.with(packagesOf(".", PACKAGES), await pack(folder));
  for (const file of ["vitest.config.mts", "test"]) {
    project.copy(`tests/package/vitest/${file}`, file);
  }
  for (const file of ["wrangler.jsonc", "src"]) project.copy(`tests/package/user/${file}`, file);
  project.copy("container");
});
after(async () => {
  await project?.remove();
  rmSync(folder, { recursive: true });
});

test("one file of tests passes", async () => {
  await passes(2, ["test/requests.test.ts"]);
});

test("several files of tests pass at the same time", async () => {
  await passes(23, []);
});

/** Runs Vitest, in which `count` tests pass and none is skipped. */
async function passes(count, args) {
  await project.succeeds("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    "--outputFile.json=out.json",
    ...args,
  ]);
  const { numTotalTests, numPassedTests } = JSON.parse(project.read("out.json"));
  assert.deepEqual(
    { numTotalTests, numPassedTests },
    { numTotalTests: count, numPassedTests: count },
  );
}
