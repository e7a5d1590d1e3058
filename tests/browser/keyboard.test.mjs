// Everything by keyboard alone: the key, the buttons, the question before each, the tables.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openPage, until } from "./browser.mjs";
import { Fake, KEY } from "./fake.mjs";

let fake;
before(async () => (fake = await Fake.start()));
after(() => fake.stop());
beforeEach(() => (fake.orders = []));

test("Tab reaches all there is to do, in the order in which it is seen", async (t) => {
  const page = await open(t);
  const reached = [];
  for (let at = 0; at < 7; at++) {
    await page.keyboard.press("Tab");
    reached.push(await focused(page));
  }
  assert.deepEqual(reached, [
    "Prime python",
    "Drain python",
    "Shut down python",
    "Last hour by minute",
    "Last transitions of python",
    // The browser's own.
    "",
    "Forget key",
  ]);
});

for (const [order, label] of [
  ["prime", "Prime python"],
  ["drain", "Drain python"],
  ["shutdown", "Shut down python"],
]) {
  test(`${order}: asked about first, Escape and Cancel do nothing, a yes does it once`, async (t) => {
    const page = await open(t);
    const dialog = page.getByRole("dialog", { name: `${label}?` });
    await tabTo(page, label);

    await page.keyboard.press("Enter");
    await dialog.waitFor();
    // The harmless answer has the focus: two Enters by mistake do nothing.
    assert.equal(await focused(page), "Cancel");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await focused(page), label, "the focus is back where it was");

    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    assert.deepEqual(fake.orders, []);

    await page.keyboard.press("Space");
    await dialog.waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), label);
    await page.keyboard.press("Enter");
    await until(() => fake.orders.length > 0, "the order is sent");
    await page.locator(".outcome", { hasText: "." }).waitFor();
    assert.deepEqual(fake.orders, [`${order} python`]);
    assert.equal(await focused(page), label);
  });
}

test("a question closed a moment ago does not answer the next one", async (t) => {
  const page = await open(t);
  await page.evaluate(async () => {
    const click = (selector) => document.querySelector(selector).click();
    click('[aria-label="Drain python"]');
    click("#question-no");
    // The browser tells of the first one's end after the second is open.
    click('[aria-label="Drain python"]');
    await new Promise((done) => setTimeout(done, 50));
    click("#question-yes");
  });
  await until(() => fake.orders.length > 0, "the order is sent");
  assert.deepEqual(fake.orders, ["drain python"]);
});

test("what a pool refuses is told", async (t) => {
  fake.refusal = { error: { code: "misconfigured", message: "no container binding" } };
  t.after(() => (fake.refusal = undefined));
  const page = await open(t);
  await tabTo(page, "Prime python");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Prime failed: no container binding").waitFor();
});

test("tables scroll", async (t) => {
  const page = await open(t);
  await tabTo(page, "Last transitions of python");
  await page.keyboard.press("End");
  const table = page.getByRole("region", { name: "Last transitions" });
  assert.equal(await table.getAttribute("tabindex"), "0", "few browsers do without");
  await until(() => table.evaluate((element) => element.scrollTop > 100), "it scrolls");
});

async function open(t) {
  const page = await openPage(t, fake.origin);
  // The field has the focus.
  await page.keyboard.type(KEY);
  await page.keyboard.press("Enter");
  await page.locator(".pool").waitFor();
  return page;
}

async function tabTo(page, name) {
  for (let at = 0; at < 20; at++) {
    await page.keyboard.press("Tab");
    if ((await focused(page)) === name) return;
  }
  assert.fail(`Tab does not reach ${name}`);
}

/** The name of what has the focus. */
async function focused(page) {
  return page.evaluate(() => {
    const { activeElement: element } = document;
    if (element === document.body) return "";
    return element.getAttribute("aria-label") ?? element.textContent;
  });
}
