// Who may see the pools and steer them: every route, whoever comes.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { ledger } from "./harness.ts";
import { OPERATIONS, workerWith } from "./requests.ts";

const KEY = "the key";
const NEXT = "the key that comes after it";
const UNCONFIGURED = { ...env, WARM_POOL_API_KEY: undefined };
const CONFIGURED = { ...UNCONFIGURED, WARM_POOL_API_KEY: KEY };
const ROTATING = { ...CONFIGURED, WARM_POOL_API_KEY_NEXT: NEXT };

/** Who comes, to a Worker with which secrets, and what the refusal says; none if they may. */
type Visitor = [who: string, secrets: object, key: string | undefined, refusal: RegExp | undefined];
const VISITORS: Visitor[] = [
  ["a key, and none is configured", UNCONFIGURED, KEY, /wrangler secret put WARM_POOL_API_KEY/],
  [
    "no key, and none is configured",
    UNCONFIGURED,
    undefined,
    /wrangler secret put WARM_POOL_API_KEY/,
  ],
  [
    "no key, and an empty one is configured",
    { ...UNCONFIGURED, WARM_POOL_API_KEY: "" },
    "",
    /secret put/,
  ],
  ["no key", ROTATING, undefined, /missing or wrong/],
  ["an empty key", ROTATING, "", /missing or wrong/],
  ["a key of one character", ROTATING, "t", /missing or wrong/],
  ["all but the last of the key", ROTATING, KEY.slice(0, -1), /missing or wrong/],
  ["a key as long as the right one", ROTATING, "the kez", /missing or wrong/],
  ["more than the key", ROTATING, `${KEY}${KEY}`, /missing or wrong/],
  ["a key of 8 KiB", ROTATING, "k".repeat(8192), /missing or wrong/],
  ["the second key before there is one", CONFIGURED, NEXT, /missing or wrong/],
  ["the key", CONFIGURED, KEY, undefined],
  ["the key while it is changed", ROTATING, KEY, undefined],
  ["the second key", ROTATING, NEXT, undefined],
  [
    "the second key after the change",
    { ...UNCONFIGURED, WARM_POOL_API_KEY: NEXT },
    NEXT,
    undefined,
  ],
];

const CASES = OPERATIONS.flatMap((operation) =>
  VISITORS.map((visitor) => [...operation, ...visitor] as const),
);

test.each(CASES)("%s %s for who comes with %s", async (method, path, _, secrets, key, refusal) => {
  const headers = key === undefined ? {} : { "x-api-key": key };
  const request = new Request(`https://pool.example${path}`, { method, headers });
  const answer = await workerWith(secrets).fetch(request);

  if (refusal === undefined) {
    expect(answer.status === 200 || (answer.status === 404 && path.includes("sessions"))).toBe(
      true,
    );
    await answer.text();
    return;
  }
  expect(answer.status).toBe(401);
  const { error } = await answer.json<{ error: { code: string; message: string } }>();
  expect(error.code).toBe("unauthorized");
  expect(error.message).toMatch(refusal);
  // The key is looked at before anything is done, or told of what was asked wrongly.
  expect(await ledger()).toMatchObject({ starts: 0 });
});

test.each(OPERATIONS)(
  "%s %s tells who has no key nothing of what is wrong",
  async (method, path) => {
    const wrong = path.replace("alice", "%00");
    const body = method === "POST" ? "{" : null;
    const request = new Request(`https://pool.example${wrong}?a=b`, { method, body });

    expect((await workerWith(CONFIGURED).fetch(request)).status).toBe(401);
  },
);
