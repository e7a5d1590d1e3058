// How the page looks and whether everyone can use it: light and dark, wide and on a phone.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { assertAccessible } from "./axe.mjs";
import { enterKey, openPage, PHONE, poolOf, setHidden, shoot, until, WIDE } from "./browser.mjs";
import { chart, pixelsOf } from "./canvas.mjs";
import { Fake, KEY } from "./fake.mjs";
import { activityOf, minutes, pool, statusOf, transitions } from "./figures.mjs";

const broken = pool({
  ...{ available: 0, starting: 0, stopping: 0, capacity: null, claims_waiting: 2 },
  breaker: "open",
  last_error: { class: "permanent", message: "no such image: registry.example/".padEnd(200, "x") },
});

let fake;
before(async () => (fake = await Fake.start()));
after(() => fake.stop());
beforeEach(() => {
  const down = { error: { code: "pool_unavailable", message: "Durable Object reset" } };
  fake.status = statusOf({ python: pool(), node: broken, down });
  const busy = { minutes: minutes(), transitions: transitions(100), dropped: 4211 };
  const quiet = { minutes: [], transitions: [], dropped: 0 };
  fake.activity = activityOf({ python: busy, node: quiet, down });
});

for (const [size, viewport] of Object.entries({ wide: WIDE, phone: PHONE })) {
  for (const colorScheme of ["light", "dark"]) {
    describe(`${size}, ${colorScheme}`, () => {
      const open = (t) => openPage(t, fake.origin, { viewport, colorScheme });

      test("the key form is accessible, and so is its error", async (t) => {
        const page = await open(t);
        await assertAccessible(page);
        await page.getByLabel("Key", { exact: true }).fill("wrong");
        await page.keyboard.press("Enter");
        await page.getByRole("alert").filter({ hasText: "Refused" }).waitFor();
        await assertAccessible(page);
        await shoot(page, `${size}-${colorScheme}-key`);
      });

      test("figures, charts and tables are accessible, and nothing is wider than the page", async (t) => {
        const page = await open(t);
        await enterKey(page, KEY);
        await poolOf(page, "python").getByText("Last hour by minute").click();
        await page.getByRole("region", { name: "Last hour of python by minute" }).waitFor();
        await assertAccessible(page);
        await shoot(page, `${size}-${colorScheme}-pools`);
        await assertFits(page);
      });

      test("a Worker that does not answer is told of, accessibly", async (t) => {
        t.after(() => (fake.trouble = undefined));
        const page = await open(t);
        await enterKey(page, KEY);
        fake.trouble = 500;
        await page.getByRole("button", { name: "Try again now" }).waitFor();
        // The figures lose their colours.
        await page.waitForTimeout(500);
        await assertAccessible(page);
        await shoot(page, `${size}-${colorScheme}-trouble`, { fullPage: false });
        await assertFits(page);
      });

      test("the open question is accessible", async (t) => {
        const page = await open(t);
        await enterKey(page, KEY);
        await page.getByRole("button", { name: "Shut down python" }).click();
        await page.getByRole("dialog", { name: "Shut down python?" }).waitFor();
        await assertAccessible(page);
        await shoot(page, `${size}-${colorScheme}-question`, { fullPage: false });
        await assertFits(page);
      });
    });
  }
}

test("charts are drawn in the colours of the scheme, and again when it changes", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  const python = poolOf(page, "python");
  const lines = {
    "Hit rate": ["hit", "bars"],
    "Claim time": ["p50", "p99"],
    Containers: ["assigned"],
  };
  // Containers are drawn from the second look on; then nothing but the scheme changes.
  await page.waitForTimeout(3500);
  await setHidden(page, true);
  for (const colorScheme of ["light", "dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);
    for (const [title, colors] of Object.entries(lines)) {
      for (const color of colors) {
        const drawn = await pixelsOf(chart(python, title), color);
        assert.ok(drawn > 20, `${title}, ${colorScheme}: ${drawn} pixels of ${color}`);
      }
    }
  }
  // Where nothing happened, there is nothing to draw.
  assert.equal(await pixelsOf(chart(poolOf(page, "node"), "Hit rate"), "hit"), 0);
});

test("a chart tells in words what it shows, and the table has every minute", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  const python = poolOf(page, "python");
  const told = (title) => chart(python, title).getByRole("img").getAttribute("aria-label");
  assert.equal(
    await told("Hit rate"),
    "Hit rate, last hour: 96.3 % of 843 new sessions found a warm container",
  );
  assert.equal(await told("Claim time"), "Claim time, last hour: p50 4 ms, p99 1.9 s");
  assert.equal(
    await told("Containers"),
    "Containers, live: 3 warm, 4 assigned, 1 starting, 0 draining, 1 stopping",
  );
  await python.getByText("Last hour by minute").click();
  const rows = python.getByRole("region", { name: "by minute" }).locator("tbody tr");
  const { length } = fake.activity.pools.python.minutes;
  await until(async () => (await rows.count()) === length, `${length} rows`);
});

test("a pointer on a chart reads its figures off", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  const hits = chart(poolOf(page, "python"), "Hit rate");
  const value = hits.locator(".legend .value").last();
  assert.equal(await value.textContent(), "100 %");
  // The minute with 11 misses is half an hour ago, or one more if a minute has just ended.
  const { width } = await hits.locator(".u-over").boundingBox();
  const read = [];
  for (const minute of [29, 30, 31, 32]) {
    await hits.locator(".u-over").hover({ position: { x: (width * minute) / 60, y: 40 } });
    read.push(await value.textContent());
  }
  assert.ok(
    read.some((text) => /^[56]\d(\.\d)? %$/.test(text)),
    read.join(", "),
  );
});

test("state, breaker, last error, cost and causes are there", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  const [python, node, down] = ["python", "node", "down"].map((name) => poolOf(page, name));
  const text = await python.innerText();
  for (const part of [
    "breaker closed",
    "of 3 wanted",
    "9 of 20 containers exist",
    "$0.42",
    "standard-1, prices of 2026-11-01",
    "14.6 h",
    "12.6 min",
    "4,210 sticky, 812 hits, 31 misses, 2 errors",
    "lease ended",
    "4,211 earlier ones are not listed",
  ]) {
    assert.ok(text.includes(part), `${part} is not in:\n${text}`);
  }
  assert.match(await node.innerText(), /breaker open[^]*\(permanent\): no such image/);
  assert.match(await node.innerText(), /4 containers in all, no limit known/);
  assert.match(await node.innerText(), /Nothing happened yet/);
  assert.match(await down.innerText(), /No figures: Durable Object reset/);
});

async function assertFits(page) {
  const widths = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(widths[0] <= widths[1], `the page scrolls sideways: ${widths.join(" > ")}`);
}
