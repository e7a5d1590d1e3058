import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { idOf } from "../../js/ids.ts";

/** More than are kept. */
const MANY = 2_500;

test("an id is made once, and is that of its name", () => {
  const text = env.CONTAINER.idFromName("a").toString();
  const id = idOf(env.CONTAINER, "a", text);

  expect(id?.toString()).toBe(text);
  expect(id?.name).toBe("a");
  expect(idOf(env.CONTAINER, "a", text)).toBe(id);
});

test("an id of another namespace is none, whatever that one's are", () => {
  const theirs = env.PLATFORM.idFromName("a").toString();
  for (let times = 0; times < 2; times++) {
    expect(idOf(env.CONTAINER, "a", theirs)).toBeUndefined();
    expect(idOf(env.PLATFORM, "a", theirs)?.toString()).toBe(theirs);
  }
});

test("ids are right however many there are", () => {
  for (let at = 0; at < MANY; at++) {
    const text = env.CONTAINER.idFromName(`name ${at}`).toString();
    const [first, again] = [1, 2].map(() => idOf(env.CONTAINER, `name ${at}`, text));
    expect(first?.toString()).toBe(text);
    expect(again).toBe(first);
  }
});
