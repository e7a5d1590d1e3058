// What the page does when something is wrong: with the key, the Worker, the network, or the answers.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { enterKey, openPage, poolOf, setHidden, tile, until } from "./browser.mjs";
import { Fake, KEY } from "./fake.mjs";
import { activityOf, minutes, pool, statusOf } from "./figures.mjs";

let fake;
beforeEach(async () => (fake = await Fake.start()));
afterEach(() => fake.stop());

const said = (page) => page.locator("#connection").textContent();
const kept = (page) => page.evaluate(() => ({ ...sessionStorage }));

test("the key is asked for, a wrong one is refused, the right one opens", async (t) => {
  const page = await openPage(t, fake.origin);
  const field = page.getByLabel("Key", { exact: true });
  await field.waitFor();
  assert.deepEqual(fake.asked, ["GET /dashboard"], "it asks for nothing without a key");
  assert.equal(await field.getAttribute("type"), "password");
  for (const wrong of ["wrong", "schlüssel-✓"]) {
    await field.fill(wrong);
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "Refused" }).waitFor();
    assert.deepEqual(await kept(page), {});
    assert.equal(await page.locator(".pool").count(), 0);
  }
  await enterKey(page, ` ${KEY} `);
  assert.equal(await field.isVisible(), false);
});

test("the key stays in the tab: a reload keeps it, another tab and Forget do not", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  await page.reload();
  await page.locator(".pool").waitFor();
  assert.deepEqual(Object.values(await kept(page)), [KEY]);
  assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0);
  assert.ok(!page.url().includes(KEY));

  const other = await page.context().newPage();
  await other.goto(`${fake.origin}/dashboard`);
  await other.getByLabel("Key", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Forget key" }).click();
  assert.deepEqual(await kept(page), {});
  assert.equal(await page.locator(".pool").count(), 0);
  const { length } = fake.asked;
  await page.waitForTimeout(4000);
  assert.equal(fake.asked.length, length, "it asks on though the key is forgotten");
  assert.equal(await said(page), "");
});

test("a key that is changed meanwhile is asked for again, and figures go", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  fake.trouble = 401;
  await page.getByRole("alert").filter({ hasText: "Refused" }).waitFor();
  assert.equal(await page.locator(".pool").count(), 0);
  assert.deepEqual(await kept(page), {});
});

for (const [trouble, message] of [
  [500, /No answer: the Worker answered with status 500\. Trying again in 3 s\. Figures are of/],
  ["cut", /No answer: the Worker cannot be reached\. Trying again in 3 s\. Figures are of/],
]) {
  test(`${trouble}: said, figures stay, tried again ever later, and all is well after`, async (t) => {
    const page = await openPage(t, fake.origin);
    await enterKey(page, KEY);
    fake.trouble = trouble;
    await until(async () => message.test(await said(page)), `it says ${message}`);
    assert.equal(await tile(page, "python", "warm"), 3);
    await until(async () => /again in 12 s/.test(await said(page)), "the pause grows");
    fake.trouble = undefined;
    fake.status = statusOf({ python: pool({ available: 2 }) });
    await page.getByRole("button", { name: "Try again now" }).click();
    // Well before it would by itself.
    await until(async () => (await tile(page, "python", "warm")) === 2, "figures are new", 6000);
    assert.equal(await said(page), "Live");
    assert.equal(await page.getByRole("button", { name: "Try again now" }).isVisible(), false);
  });
}

test("a page that nobody sees asks for nothing, and at once when it is seen again", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  await setHidden(page, true);
  await until(async () => (await said(page)) === "Paused", "it pauses");
  const { length } = fake.asked;
  await page.waitForTimeout(7000);
  assert.equal(fake.asked.length, length);
  fake.status = statusOf({ python: pool({ available: 1 }) });
  await setHidden(page, false);
  await until(async () => (await tile(page, "python", "warm")) === 1, "it asks again", 2000);
});

test("nothing an answer holds is taken for markup", async (t) => {
  const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"'&amp;\n\u202e`;
  fake.status = statusOf({
    [hostile]: pool({
      last_error: { class: hostile, message: hostile },
      breaker: hostile,
      idle: { container_seconds: 1, instance_type: hostile, estimated_usd: 1, prices_of: hostile },
    }),
    failed: { error: { code: hostile, message: hostile } },
  });
  const step = { at: Date.now(), container: hostile, generation: 1, to: hostile };
  fake.activity = activityOf({
    [hostile]: {
      minutes: minutes(),
      transitions: [{ ...step, cause: hostile, session: hostile }],
      dropped: 0,
    },
  });
  fake.refusal = { error: { code: hostile, message: hostile } };
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  await page.getByRole("button", { name: "Prime" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Prime" }).click();
  await page.locator(".outcome.bad").waitFor();
  assert.ok((await page.locator("#pools").innerText()).includes(`<img src=x onerror="document`));
  assert.equal(await page.locator("img, #pools script").count(), 0);
  assert.equal(await page.title(), "Warm pool");
});

test("a pool that is gone from the answers is gone from the page, a new one comes", async (t) => {
  const page = await openPage(t, fake.origin);
  await enterKey(page, KEY);
  fake.status = statusOf({ node: pool() });
  await poolOf(page, "node").waitFor();
  assert.equal(await page.locator(".pool").count(), 1);
});
