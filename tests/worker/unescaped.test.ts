// A session id is the caller's text: it shows up nowhere where it could be taken for anything else.
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { errorOf, eventually, TestPool } from "./harness.ts";
import { OPERATIONS, workerWith } from "./requests.ts";
import { bind } from "./telling.ts";

/** The default Worker over pools that log all they can, and are asked each time. */
const TELLING = { ...env, WARM_POOL: env.TELLING, HINTS: undefined };
const KEY = { "x-api-key": env.WARM_POOL_API_KEY };

afterEach(() => void vi.restoreAllMocks());

/** All that the console gets from here on. */
function listening(): string[] {
  const lines: string[] = [];
  for (const by of ["error", "warn", "info", "debug", "log"] as const) {
    vi.spyOn(console, by).mockImplementation(
      (...args) => void lines.push(args.map(String).join(" ")),
    );
  }
  return lines;
}

async function fetched(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<Response> {
  return workerWith(TELLING).fetch(new Request(`https://pool.example${path}`, { method, headers }));
}

/** What is asked for by name and where an id stands in the place of alice's. */
const pathOf = (path: string, session: string) =>
  path.replace("alice", encodeURIComponent(session));

test.each([
  ["markup", "<script>alert(1)</script>"],
  ["markup in quotes", "\"'><img src=x onerror=alert(1)>"],
  ["quotes", `a"b'c\`d\\"e`],
  ["the end of a label and a sample", 'x"} 1 # HELP warm_pool'],
  ["what ends a line elsewhere", "a\u2028b\u2029c"],
  ["what is a line when it is decoded", "a%0d%0aset-cookie: b=c"],
  ["512 bytes of emoji", "🦀".repeat(128)],
])(
  "a session id of %s is nowhere in clear, but for who asks for it by name",
  async (_, session) => {
    bind("default", { WARM_POOL_LOG_LEVEL: "debug" });
    const lines = listening();
    const answers: { about: string; headers: string; body: string; json: boolean }[] = [];
    const ask = async (method: string, path: string, headers: Record<string, string>) => {
      const answer = await fetched(method, path, headers);
      const body = await answer.text();
      answers.push({
        about: `${method} ${path.split("/").slice(0, 5).join("/")}`,
        headers: JSON.stringify([...answer.headers]),
        // What the container answers is its own.
        body: path === "/whoami" ? "" : body,
        json: answer.headers.get("content-type") === "application/json",
      });
      return answer.status;
    };
    expect(await ask("GET", "/whoami", { "x-session-id": session })).toBe(200);
    for (const [method, path] of OPERATIONS.filter(([method]) => method !== "DELETE")) {
      expect(await ask(method, pathOf(path, session), KEY)).toBe(200);
      await ask(method, `${pathOf(path, session)}?runtime=${encodeURIComponent(session)}`, KEY);
      await ask(method, `${pathOf(path, session)}?${encodeURIComponent(session)}`, KEY);
    }
    await ask("GET", "/whoami", { "x-session-id": session });
    expect(await ask("DELETE", pathOf("/api/v1/warm-pool/sessions/alice", session), KEY)).toBe(200);
    expect(await ask("DELETE", pathOf("/api/v1/warm-pool/sessions/alice", session), KEY)).toBe(404);
    await ask("GET", pathOf("/api/v1/warm-pool/nothing/alice", session), KEY);
    await eventually(async () => expect(lines.length).toBeGreaterThan(5));

    const named = answers.filter(({ about }) => about === "GET /api/v1/warm-pool/sessions");
    const [told] = named;
    expect((JSON.parse(told!.body) as { session: string }).session).toBe(session);
    for (const { about, headers, body, json } of answers) {
      expect(headers, about).not.toContain(session);
      if (json) expect(body, about).not.toMatch(/[<\n\r]/);
      // Who asked about it is told; JSON has quotes of its own.
      if (/["\\<]/.test(session)) expect(body, about).not.toContain(session);
    }
    for (const line of lines) {
      expect(line).not.toContain(session);
      expect(line).not.toContain(JSON.stringify(session).slice(1, -1));
      expect(line).toMatch(/^\{"level":"\w+".*\}$/);
    }
  },
);

test.each(["a\nb", "a\r\nset-cookie: b=c", "a\u0000<b>", "a\u0085"])(
  "what is no session id (%j) is not repeated by who refuses it",
  async (session) => {
    const lines = listening();
    for (const method of ["GET", "DELETE"]) {
      const answer = await fetched(
        method,
        pathOf("/api/v1/warm-pool/sessions/alice", session),
        KEY,
      );
      expect(answer.status).toBe(400);
      expect(JSON.stringify([...answer.headers])).not.toContain("set-cookie");
      const { error } = await answer.json<{ error: { code: string; message: string } }>();
      expect(error.code).toBe("invalid_session");
      expect(error.message).not.toMatch(/[\p{Cc}<]|set-cookie/u);
    }
    const { message } = await errorOf(new TestPool().claim(session));
    expect(message).not.toMatch(/[\p{Cc}<]|set-cookie/u);
    expect(lines.join("")).not.toContain(session);
  },
);
