import assert from "node:assert/strict";
import test from "node:test";
import { countsOfCargo, countsOfNode, countsOfVitest, sumOf } from "../../scripts/lib/counts.mjs";

test("cargo's counts are summed over its test programs", () => {
  const output = [
    "running 3 tests",
    "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0s",
    "   Doc-tests cf_warm_pool",
    "test result: \u001b[32mok\u001b[m. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out;",
  ].join("\n");
  assert.deepEqual(countsOfCargo(output), { passed: 5, failed: 1, skipped: 1 });
});

test("output of a build that broke off counts nothing", () => {
  assert.deepEqual(countsOfCargo("error: could not compile"), { passed: 0, failed: 0, skipped: 0 });
});

test("a cancelled test of node's runner has failed", () => {
  const output = "ℹ tests 7\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\nℹ skipped 2\nℹ todo 1\n";
  assert.deepEqual(countsOfNode(output), { passed: 2, failed: 2, skipped: 3 });
});

test("vitest's pending and todo tests are skipped ones", () => {
  const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
  assert.deepEqual(countsOfVitest(JSON.stringify(report)), { passed: 5, failed: 1, skipped: 3 });
});

test("no runs sum up to nothing", () => {
  assert.deepEqual(sumOf([]), { passed: 0, failed: 0, skipped: 0 });
});
