// The Sandbox SDK example of the README of cf-container-warm-pool 0.1.2.
import { expect, test } from "vitest";
import { ask, bound, figures } from "./helpers.ts";

const COMMAND = 'python3 -c "print(2 + 2)"';

test("a session's commands run in its sandbox, found on the binding SANDBOX", async () => {
  const first = await outputOf("alice");
  expect(first).toContain(COMMAND);
  expect(await outputOf("alice")).toBe(first);
  expect(await outputOf("bob")).not.toBe(first);

  const { config } = await figures(({ warm, assigned }) => {
    expect({ warm, assigned }).toEqual({ warm: 3, assigned: 2 });
  });
  expect(config.containerBinding).toBe("SANDBOX");
});

test("a sandbox that stops reports itself, and is gone", async () => {
  const id = (await outputOf("alice")).split(" in ")[1]!;
  await figures(({ warm }) => expect(warm).toBe(3));
  await bound.SANDBOX.get(bound.SANDBOX.idFromString(id)).stop();

  const stats = await figures(({ assigned }) => expect(assigned).toBe(0));
  expect(stats).toMatchObject({ reports: 1, unknownReports: 0 });
  expect(await outputOf("alice")).not.toContain(id);
});

async function outputOf(session: string): Promise<string> {
  return (await (await ask(session)).json<{ output: string }>()).output;
}
