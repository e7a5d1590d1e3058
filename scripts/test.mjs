// `npm test [-- --only TIER]`: sets up, builds, runs the tiers of lib/tiers.mjs and adds them up.
import { readArgs } from "./lib/args.mjs";
import { build } from "./lib/build.mjs";
import { sumOf } from "./lib/counts.mjs";
import { duration, heading, main, say } from "./lib/say.mjs";
import { setUpBasics } from "./lib/setup.mjs";
import { tiers } from "./lib/tiers.mjs";

await main(async () => {
  const { only } = readArgs({ only: { type: "choice", choices: tiers.map(({ key }) => key) } });
  const chosen = tiers.filter(({ key }) => only === undefined || key === only);
  const needsBuild = chosen.some((tier) => tier.needsBuild && !whyNotRun(tier));
  await (needsBuild ? build() : setUpBasics());

  const results = [];
  for (const tier of chosen) results.push(await runTier(tier));

  heading("tests");
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, verdict } of results) say(`${name.padEnd(width)}  ${verdict}`);
  const { passed, failed, skipped } = sumOf(results.map((result) => result.counts));
  say("");
  say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed > 0 ? 1 : 0;
});

async function runTier(tier) {
  const reason = whyNotRun(tier);
  if (reason) return notRun(tier, reason);
  heading(tier.name);
  const { missing, code, ms, counts } = await tier.run(tier.tests());
  if (missing) return notRun(tier, missing);
  // A run that broke off (it did not compile, say) failed, even if no single test did.
  const failed = code === 0 ? counts.failed : Math.max(counts.failed, 1);
  return {
    name: tier.name,
    verdict: failed > 0 ? failure(code, ms, counts) : success(ms, counts),
    counts: { ...counts, failed },
  };
}

function whyNotRun(tier) {
  return tier.tests().length === 0 ? "no tests" : tier.missing?.();
}

function notRun({ name }, reason) {
  return { name, verdict: `not run: ${reason}`, counts: sumOf([]) };
}

function success(ms, { passed, skipped }) {
  const tests = `${passed} test${passed === 1 ? "" : "s"}`;
  return `passed (${tests}${skipped > 0 ? `, ${skipped} skipped` : ""}, ${duration(ms)})`;
}

function failure(code, ms, { passed, failed }) {
  if (code === null) return `FAILED (out of time after ${duration(ms)})`;
  if (failed === 0) return `FAILED (the run itself, after ${duration(ms)}: see its output)`;
  return `FAILED (${failed} of ${passed + failed} tests, ${duration(ms)})`;
}
