// The built Worker in workerd under a load that does not wait for it: LOAD_RATE new sessions a second
// for LOAD_SECONDS. Times are told, not judged.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { bootScale, CONFIG, meanBootMs } from "./pool.mjs";
import { scrapedDuring } from "./scrapes.mjs";
import { withServer } from "./server.mjs";
import { makeStorage } from "./storage.mjs";

const seconds = Number(process.env.LOAD_SECONDS ?? 10);
const rate = Number(process.env.LOAD_RATE ?? 45);

test(`${rate} new sessions a second for ${seconds} s get a container each`, async (t) => {
  const { warmTarget, startConcurrency } = CONFIG;
  const { folder, remove, where } = makeStorage(seconds * rate);
  t.after(remove);
  t.diagnostic(
    `warmTarget ${warmTarget}, startConcurrency ${startConcurrency}, boot times as measured times ` +
      `${bootScale(rate).toFixed(3)} (mean ${Math.round(meanBootMs(rate))} ms), rows ${where}`,
  );
  const { count, samples, result } = await withServer(
    { bootScale: bootScale(rate), folder },
    (ask) => scrapedDuring(() => ask.text("/metrics"), load(ask, { seconds, rate })),
  );
  const { first, used, before, after, lateMs } = result;
  t.diagnostic(`${count} scrapes, each of which added up`);
  const failed = used.filter(({ error }) => error);
  const ms = used.filter(({ error }) => !error).map((session) => session.ms);
  const [hits, misses] = ["hits", "misses"].map((figure) => after[figure] - before[figure]);
  t.diagnostic(
    `${used.length} sessions: ${failed.length} failed, p50 ${quantile(ms, 0.5)} ms, ` +
      `p99 ${quantile(ms, 0.99)} ms, longest ${quantile(ms, 1)} ms, ` +
      `hit rate ${(hits / (hits + misses)).toFixed(4)}, sent at most ${Math.round(lateMs)} ms late`,
  );

  assert.deepEqual(
    failed.map(({ error }) => error.message),
    [],
  );
  const containers = new Set([first, ...used].map(({ container }) => container));
  assert.equal(containers.size, used.length + 1, "a container served two sessions");
  assert.equal(after.claims, used.length + 1);
  assert.equal(after.claims, after.sticky + after.hits + after.misses + after.errors);
  assert.equal(hits + misses, used.length);
  assert.ok(count > seconds, `${count} scrapes in ${seconds} s of load`);
  assert.equal(samples.get("warm_pool_hits_total"), after.hits);
  assert.equal(samples.get("warm_pool_claim_duration_seconds_count outcome=miss"), after.misses);
  // Counted by the containers, not by the pool.
  assert.equal(after.booted, after.started);
  assert.equal(after.exited, after.gone);
  assert.equal(after.started, after.gone + after.total);
});

function quantile(values, at) {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.max(0, Math.ceil(at * sorted.length) - 1)]);
}
