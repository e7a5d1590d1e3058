// One browser to a test file, a fresh context to a test, and what every page must keep to: it stays
// with its origin, its policy and its word.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { installedBrowser } from "../../scripts/lib/browser.mjs";
import { inRoot } from "../../scripts/lib/project.mjs";

const ARGS = ["--disable-gpu", "--disable-quic", "--disable-sync"];

const SHOTS = inRoot("tests/browser/shots");
mkdirSync(SHOTS, { recursive: true });

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: installedBrowser(), args: ARGS });
});
after(() => browser?.close());

/**
 * A page on `/dashboard` of `origin`, closed after the test `t`. Whatever it asked of others, and
 * whatever the browser complained about, fails the test.
 */
export async function openPage(t, origin, { viewport = WIDE, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  const complaints = [];
  const outside = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // That a request failed is told of every 401 and 500, which some tests want.
    if (!message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== "data:") outside.push(request.url());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual({ complaints, outside }, { complaints: [], outside: [] });
  });
  await page.goto(`${origin}/dashboard`);
  return page;
}

/** Enters the key as people do; resolves when the page shows figures. */
export async function enterKey(page, key) {
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.keyboard.press("Enter");
  await page.locator(".pool").first().waitFor();
}

/** The article of one runtime. */
export function poolOf(page, runtime) {
  return page.getByRole("article", { name: runtime });
}

/** The number that a pool's tile shows. */
export async function tile(page, runtime, state) {
  return Number(await poolOf(page, runtime).locator(`.tile.${state} .number`).textContent());
}

/** A picture of the whole page or what is seen of it, for people; the folder is not committed. */
export async function shoot(page, name, { fullPage = true } = {}) {
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage });
}

/** As the browser has it when another tab is in front: headless, no page is ever behind. */
export async function setHidden(page, hidden) {
  await page.evaluate(
    (state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    },
    hidden ? "hidden" : "visible",
  );
}

/** Waits until `look()` resolves to something true. */
export async function until(look, what, limitMs = 20_000) {
  const deadlineAtMs = Date.now() + limitMs;
  while (!(await look())) {
    assert.ok(Date.now() < deadlineAtMs, `not within ${limitMs / 1000} s: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
