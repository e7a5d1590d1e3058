// Reads from a test runner's output how many tests passed, failed and were skipped.
import { stripVTControlCharacters } from "node:util";

export const NO_COUNTS = { passed: 0, failed: 0, skipped: 0 };

/** Adds up the counts of several runs. */
export function sumOf(list) {
  return list.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
    }),
    NO_COUNTS,
  );
}

/** `cargo test` prints a `test result:` line for each test program, and one for the doc tests. */
export function countsOfCargo(output) {
  const line = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm;
  const results = [...stripVTControlCharacters(output).matchAll(line)].map((match) => ({
    passed: Number(match[1]),
    failed: Number(match[2]),
    skipped: Number(match[3]),
  }));
  return sumOf(results);
}

/** The simulation's seeds that broke no rule: it ends at the first that does. */
export function countsOfRuns(output) {
  return { ...NO_COUNTS, passed: Number(output.match(/^(\d+) runs, /m)?.[1] ?? 0) };
}

/** Bugs that were planted, and those of them that the simulation found. */
export function countsOfMutants(output) {
  const [, found, planted] = output.match(/^(\d+) of (\d+) found$/m) ?? [0, 0, 0];
  return { ...NO_COUNTS, passed: Number(found), failed: Number(planted) - Number(found) };
}

/** Node's runner closes with `ℹ pass 3` and the like; a cancelled test did not pass. */
export function countsOfNode(output) {
  const text = stripVTControlCharacters(output);
  const count = (name) => Number(text.match(new RegExp(`^ℹ ${name} (\\d+)$`, "m"))?.[1] ?? 0);
  return {
    passed: count("pass"),
    failed: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
  };
}

/** Vitest's JSON report; a file that could not be loaded is a failure without a test. */
export function countsOfVitest(report) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(report);
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
  };
}
