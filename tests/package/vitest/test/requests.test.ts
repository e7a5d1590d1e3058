import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

test("requests of a session reach its container", async () => {
  const alice = await containerOf("alice");
  expect(await containerOf("alice")).toBe(alice);
  expect(await containerOf("bob")).not.toBe(alice);
});

test("claims at the same time get different containers", async () => {
  const sessions = Array.from({ length: 8 }, (_, at) => `session ${at}`);
  const containers = await Promise.all(sessions.map(containerOf));
  expect(new Set(containers).size).toBe(8);
});

/** The id of the container that serves a request of the session. */
async function containerOf(session: string): Promise<string> {
  const worker = (exports as unknown as { default: Fetcher }).default;
  const headers = { "x-session-id": session };
  const response = await worker.fetch("https://example.com/whoami", { headers });
  expect(response.status).toBe(200);
  return (await response.json<{ container: string }>()).container;
}
