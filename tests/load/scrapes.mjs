// The metrics as Prometheus scrapes them, again and again while the pool is under load. Each scrape
// has to add up by itself, and none may tell less than the one before it.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const INTERVAL_MS = 200;

const COMMENT = /^# (?:HELP [a-z_]+ \S.*|TYPE [a-z_]+ (?:counter|gauge|histogram))$/;
const SAMPLE = /^([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (\d+(?:\.\d+)?)$/;
const LABEL = /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"/g;

/** Scrapes until `work` has ended, and then once more; how often that was, and what `work` ended with. */
export async function scrapedDuring(scrape, work) {
  let count = 0;
  let over = false;
  const ended = work.finally(() => (over = true));
  let before = new Map();
  for (let last = false; !last; count++) {
    last = over;
    const samples = read(await scrape());
    addsUp(samples);
    doesNotGoBack(before, samples);
    before = samples;
    if (!last) await sleep(INTERVAL_MS);
  }
  return { count, samples: before, result: await ended };
}

/** Name and labels to value, of one runtime. Throws at a line that is none of the format's. */
export function read(text) {
  assert.ok(text.endsWith("\n"), "the last line has an end");
  const samples = new Map();
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("#")) {
      assert.match(line, COMMENT);
      continue;
    }
    const [, name, labels, value] = line.match(SAMPLE) ?? assert.fail(`no sample: ${line}`);
    const others = [...labels.matchAll(LABEL)].filter(([, label]) => label !== "runtime");
    const key = [name, ...others.map(([, label, text]) => `${label}=${text}`)].join(" ");
    assert.ok(!samples.has(key), `${key} is there twice`);
    samples.set(key, Number(value));
  }
  return samples;
}

function addsUp(samples) {
  const of = (key) => samples.get(key) ?? assert.fail(`${key} is missing`);
  const sum = (prefix) =>
    [...samples]
      .filter(([key]) => key.startsWith(prefix))
      .reduce((sum, [, value]) => sum + value, 0);
  for (const outcome of ["sticky", "hit", "miss", "error"]) {
    const claims = of(`warm_pool_claims_total outcome=${outcome}`);
    assert.equal(of(`warm_pool_claim_duration_seconds_count outcome=${outcome}`), claims, outcome);
  }
  assert.equal(of("warm_pool_hits_total"), of("warm_pool_claims_total outcome=hit"));
  assert.equal(of("warm_pool_misses_total"), of("warm_pool_claims_total outcome=miss"));
  const started = of("warm_pool_started_total");
  assert.equal(
    started,
    of("warm_pool_gone_total") + sum("warm_pool_containers "),
    "gone and tracked",
  );
  const ended = sum("warm_pool_start_duration_seconds_count ");
  assert.equal(started, ended + of("warm_pool_containers state=starting"), "starts that ended");
  const failed = ["failed", "timed_out"].map((outcome) =>
    of(`warm_pool_start_duration_seconds_count outcome=${outcome}`),
  );
  assert.equal(failed[0] + failed[1], sum("warm_pool_start_failures_total "), "starts that failed");
  for (const [key, count] of samples) {
    const [name, outcome] = key.split(" ");
    if (!name.endsWith("_seconds_count")) continue;
    const buckets = [...samples].filter(([other]) =>
      other.startsWith(`${name.replace(/_count$/, "_bucket")} ${outcome} le=`),
    );
    assert.deepEqual(
      buckets.map(([, value]) => value),
      buckets.map(([, value]) => value).toSorted((one, other) => one - other),
      `${key}: its buckets count up`,
    );
    assert.equal(buckets.at(-1)[1], count, `${key} is its last bucket`);
  }
}

function doesNotGoBack(before, samples) {
  for (const [key, value] of before) {
    if (/_(?:total|bucket|sum|count)\b/.test(key)) {
      assert.ok(
        (samples.get(key) ?? -1) >= value,
        `${key} went back from ${value} to ${samples.get(key)}`,
      );
    }
  }
}
