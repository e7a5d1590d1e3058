// The alert rules and the dashboard of example/observability speak of metrics there are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../scripts/lib/project.mjs";

const read = (path) => readFileSync(inRoot(path), "utf8");
const rules = read("example/observability/alerts.yml");
const dashboard = JSON.parse(read("example/observability/grafana.json"));

/** The families the pool writes, with the series of histograms. */
function families() {
  const table = read("src/wire/metrics/families.rs") + read("src/wire/metrics.rs");
  const found = [...table.matchAll(/"(warm_pool_\w+)",[^)]*?\b(Counter|Gauge|Histogram)\b/g)];
  const series = found.flatMap(([, name, kind]) =>
    kind === "Histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name],
  );
  assert.ok(series.length > 40, `${series.length} found`);
  return new Set(series);
}

function assertKnown(text) {
  const known = families();
  const named = [...text.matchAll(/\bwarm_pool_\w+/g)].map(([name]) => name);
  assert.ok(named.length > 0);
  for (const name of named) assert.ok(known.has(name), `there is no metric ${name}`);
}

test("the alert rules name metrics there are", () => assertKnown(rules));

test("the dashboard's panels name metrics there are", () => {
  for (const { targets } of dashboard.panels) targets.forEach(({ expr }) => assertKnown(expr));
});

test("each alert says what for, how urgent, and in words what is wrong", () => {
  const alerts = rules.split(/^ {6}- alert: /m).slice(1);
  assert.ok(alerts.length >= 10);
  for (const alert of alerts) {
    for (const part of [/^\w+\n/, /\n {8}expr: \S/, /severity: (page|ticket)/, /\n {10}summary: "/])
      assert.match(alert, part);
  }
});

test("panels lie beside each other and have a unit and a name of their own", () => {
  const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
  const titles = dashboard.panels.map(({ title }) => title);
  assert.equal(new Set(places).size, places.length);
  assert.equal(new Set(titles).size, titles.length);
  for (const panel of dashboard.panels) assert.ok(panel.fieldConfig.defaults.unit);
});
