// The dashboard of the real Worker, in a browser, over simulated containers, while sessions come and go.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible } from "./axe.mjs";
import { enterKey, openPage, PHONE, poolOf, setHidden, shoot, tile, until } from "./browser.mjs";
import { chart, pixelsOf } from "./canvas.mjs";
import { KEY, Server } from "./server.mjs";

/** Session ids that a page might take for something else; a header carries bytes. */
const HOSTILE = [
  `<img src=x onerror="document.title='owned'">`,
  `"'><script>document.title='owned'</script>`,
  "%3Csvg onload=alert(1)%3E&lt;b&gt;",
  Buffer.from("🦀".repeat(128)).toString("latin1"),
];

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

test("the page comes with its policy, to who sends no key or the right one", async () => {
  for (const headers of [{}, { "x-api-key": KEY }]) {
    const answer = await fetch(`${server.origin}/dashboard`, { headers });
    assert.equal(answer.status, 200);
    const has = (name) => answer.headers.get(name);
    assert.equal(has("content-type"), "text/html; charset=utf-8");
    assert.equal(has("cache-control"), "no-store");
    assert.equal(has("referrer-policy"), "no-referrer");
    assert.equal(has("x-content-type-options"), "nosniff");
    const policy = has("content-security-policy").split("; ");
    for (const part of [
      ..."default-src connect-src base-uri form-action frame-ancestors".split(" "),
    ]) {
      const value = part === "connect-src" ? "'self'" : "'none'";
      assert.ok(policy.includes(`${part} ${value}`), part);
    }
    assert.ok(policy.some((part) => /^script-src 'sha256-[\w+/=]{44}'$/.test(part)));
    assert.ok(policy.some((part) => /^style-src 'sha256-[\w+/=]{44}'$/.test(part)));
    const page = await answer.text();
    assert.ok(!/https?:\/\/(?!www\.w3\.org\/)/.test(page), "it names another origin");
    assert.ok(!page.includes(KEY));
  }
  const refused = await fetch(`${server.origin}/dashboard`, { headers: { "x-api-key": "wrong" } });
  assert.equal(refused.status, 401);
  assert.equal((await refused.json()).error.code, "unauthorized");
});

test("a wrong key is refused, the right one opens, and figures live while a load runs", async (t) => {
  const page = await openPage(t, server.origin);
  await page.getByLabel("Key", { exact: true }).fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Refused" }).waitFor();
  await enterKey(page, KEY);

  const load = server.load("python", 6);
  t.after(() => load.stop());
  const python = poolOf(page, "python");
  const claims = async () =>
    Number((await python.locator(".figures dd").first().textContent()).replace(",", ""));
  await until(async () => (await claims()) > 5, "claims are counted");
  await until(async () => (await tile(page, "python", "assigned")) > 3, "sessions are shown");
  const seen = await claims();
  await until(async () => (await claims()) > seen + 10, "they are counted on");
  await until(async () => (await tile(page, "python", "warm")) > 0, "warm ones are shown");

  const colors = {
    "Hit rate": ["hit", "bars"],
    "Claim time": ["p50", "p99"],
    Containers: ["assigned"],
  };
  for (const [title, names] of Object.entries(colors)) {
    for (const name of names) {
      const drawn = () => pixelsOf(chart(python, title), name);
      await until(async () => (await drawn()) > 8, `${title} has a line in ${name}`);
    }
  }
  assert.match(
    await python.locator(".figures").innerText(),
    /Idle cost, estimated\s+(under )?\$\d+\.\d\d/,
  );
  const steps = python.getByRole("region", { name: "Last transitions of python" });
  assert.match(await steps.innerText(), /assigned[^]*released/);
  await assertAccessible(page);
  await shoot(page, "real-wide-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(PHONE);
  await page.waitForTimeout(500);
  await assertAccessible(page);
  await shoot(page, "real-phone-dark");
  const statuses = await load.stop();
  assert.deepEqual([...new Set(statuses)], [200]);
});

test("session ids are shown nowhere, whatever is in them", async (t) => {
  const page = await openPage(t, server.origin);
  await enterKey(page, KEY);
  for (const session of HOSTILE) {
    assert.equal((await server.visit("node", session)).status, 200);
  }
  const steps = poolOf(page, "node").getByRole("region", { name: "Last transitions" });
  const assigned = steps.locator(".state.assigned");
  await until(async () => (await assigned.count()) === HOSTILE.length, "all are there");
  const html = await page.content();
  const answers = await Promise.all(["status", "activity"].map((it) => server.operate("GET", it)));
  const all = html + JSON.stringify(answers);
  for (const session of HOSTILE) assert.ok(!all.includes(session.slice(0, 20)), session);
  assert.equal(await page.locator("img, #pools script, #pools svg").count(), 0);
  assert.equal(await page.title(), "Warm pool");
});

test("prime, drain and shut down by keyboard alone, and the pool does it", async (t) => {
  await server.visit("python", "stays");
  const page = await openPage(t, server.origin);
  await page.keyboard.type(KEY);
  await page.keyboard.press("Enter");
  await page.locator(".pool").first().waitFor();
  const figures = () => server.pool("python");
  await server.visit("node", "stays");
  await until(async () => (await server.pool("node")).available === 2, "the other pool is full");
  const { in_use: others } = await server.pool("node");

  await order(page, "Drain python");
  await until(async () => (await figures()).available === 0, "what is warm stops");
  assert.equal((await figures()).in_use, 1, "the session keeps its container");
  await until(async () => (await tile(page, "python", "warm")) === 0, "the page shows it");

  await order(page, "Prime python");
  await until(async () => (await figures()).available === 4, "the pool fills");
  await until(async () => (await tile(page, "python", "warm")) === 4, "the page shows it");

  await order(page, "Shut down python");
  await until(async () => {
    const { available, in_use, starting, draining, stopping } = await figures();
    return available + in_use + starting + draining + stopping === 0;
  }, "everything stops");
  await until(async () => (await tile(page, "python", "assigned")) === 0, "the page shows it");
  const { available, in_use } = await server.pool("node");
  assert.deepEqual([available, in_use], [2, others], "the other pool is let be");
});

test("starts that fail are told, with the platform's words as they are", async (t) => {
  t.after(() => server.failStarts(null));
  const message = `no such image: <b>"registry"</b>&amp;`;
  await server.failStarts(message);
  const page = await openPage(t, server.origin);
  await enterKey(page, KEY);
  await server.operate("POST", "prime?runtime=python");
  const python = poolOf(page, "python");
  await python.getByText("breaker open").waitFor();
  assert.equal(
    await python.locator(".note.bad").innerText(),
    `Starts fail and are tried again one at a time. The last one (permanent): ${message}`,
  );
  assert.equal(await page.locator("#pools b").count(), 0);
  await shoot(page, "real-breaker");

  await server.failStarts(null);
  await server.operate("POST", "prime?runtime=python");
  await python.getByText("breaker closed").waitFor();
});

test("a page that nobody sees asks for nothing", async (t) => {
  const page = await openPage(t, server.origin);
  await enterKey(page, KEY);
  let asked = 0;
  page.on("request", () => (asked += 1));
  await until(() => asked >= 2, "it asks while it is seen");
  await setHidden(page, true);
  await page.waitForTimeout(1000);
  const before = asked;
  await page.waitForTimeout(7000);
  assert.equal(asked, before);
  await setHidden(page, false);
  await until(() => asked > before, "it asks again");
});

test("a Worker that fails or is gone is told of, and the page goes on when it is back", async (t) => {
  const page = await openPage(t, server.origin);
  await enterKey(page, KEY);
  const connection = page.locator("#connection");
  for (const [how, words] of [
    [{ status: 500, body: "<h1>error 1101</h1>" }, "the Worker answered with status 500"],
    ["abort", "the Worker cannot be reached"],
  ]) {
    await page.route("**/api/**", (route) =>
      how === "abort" ? route.abort() : route.fulfill(how),
    );
    await until(async () => (await connection.textContent()).includes(words), words);
    await page.unroute("**/api/**");
    await page.getByRole("button", { name: "Try again now" }).click();
    await until(async () => (await connection.textContent()) === "Live", "it is live again");
  }
});

/** Tabs to a button, presses it, and tabs to the yes. */
async function order(page, label) {
  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      return activeElement.getAttribute("aria-label") ?? activeElement.textContent;
    });
  for (let at = 0; (await focused()) !== label; at++) {
    assert.ok(at < 40, `Tab does not reach ${label}`);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: `${label}?` }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}
