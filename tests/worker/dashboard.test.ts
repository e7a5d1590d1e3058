// The page of those who run the pools: who gets it, and what comes with it.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { dashboard } from "../../dist/dashboard.js";
import { ledger } from "./harness.ts";
import { ask, workerWith } from "./requests.ts";

const { WARM_POOL_API_KEY: KEY, ...UNCONFIGURED } = env;

function visit(secrets: object, key?: string): Promise<Response> {
  const headers = key === undefined ? {} : { "x-api-key": key };
  const request = new Request("https://pool.example/dashboard", { headers });
  return Promise.resolve(workerWith(secrets).fetch(request));
}

test.each([undefined, KEY])("who comes with key %s gets the page, and no figures", async (key) => {
  const answer = await visit(env, key);

  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": dashboard.policy,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  expect(await answer.text()).toBe(dashboard.page);
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test("what the policy allows is the page's own script and style, and to ask where it came from", () => {
  const policy = Object.fromEntries(
    dashboard.policy.split("; ").map((part) => part.split(/ (.*)/).slice(0, 2)),
  ) as Record<string, string>;

  expect(policy).toEqual({
    "default-src": "'none'",
    "script-src": expect.stringMatching(/^'sha256-[\w+/]{43}='$/) as string,
    "style-src": expect.stringMatching(/^'sha256-[\w+/]{43}='$/) as string,
    // Its icon.
    "img-src": "data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    // What is set as markup is refused by the browser.
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
  });
});

test.each(["", "wrong", `${KEY}, and more`])("a wrong key gets none: %j", async (key) => {
  const answer = await visit(env, key);

  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({
    error: { code: "unauthorized", message: "X-API-Key is missing or wrong" },
  });
});

test.each([undefined, KEY])("where no key is configured, key %s is told how", async (key) => {
  const answer = await visit(UNCONFIGURED, key);

  expect(answer.status).toBe(401);
  const { error } = await answer.json<{ error: { message: string } }>();
  expect(error.message).toContain("wrangler secret put WARM_POOL_API_KEY");
});

test("other methods are not found, and with a session id it is a path like any other", async () => {
  const posted = await ask("/dashboard", { method: "POST" });
  expect(posted.status).toBe(404);
  expect(await posted.json()).toMatchObject({ error: { code: "not_found" } });

  const alices = await ask("/dashboard", { session: "alice" });
  expect(alices.headers.get("x-warm-pool")).toBe("miss");
  expect(await alices.json()).toEqual({ error: "there is nothing at /dashboard" });
});
