import assert from "node:assert/strict";
import test from "node:test";
import { Progress } from "../../scripts/lib/progress.mjs";
import { Trouble } from "../../scripts/lib/say.mjs";

const UP = "\u001b[1A\u001b[1G\u001b[0J";

/** A screen that keeps what is written, and a clock that is moved by hand. */
function screen(isTTY, columns = 80) {
  const made = {
    text: "",
    nowMs: 0,
    out: { isTTY, columns, write: (text) => void (made.text += text) },
  };
  made.progress = new Progress(made.out, () => made.nowMs);
  return made;
}

test("a step on a terminal is one line that is drawn again in its place", async () => {
  const made = screen(true);
  const result = await made.progress.step("building wasm", 70_000, async () => {
    made.nowMs = 34_000;
    made.progress.redraw();
    made.nowMs = 54_000;
    return 7;
  });
  assert.equal(result, 7);
  assert.equal(
    made.text,
    `building wasm  0:00 of about 1:10\n${UP}` +
      `building wasm  0:34 of about 1:10\n${UP}building wasm  0:54\n`,
  );
});

test("two steps at once are two lines, and a note stands above them", async () => {
  const made = screen(true);
  let endFirst;
  const first = made.progress.step("one", 1000, () => new Promise((end) => (endFirst = end)));
  await made.progress.step("two", 1000, async () => {
    made.text = "";
    made.progress.note("a note");
    const both = "one  0:00 of about 0:01\ntwo  0:00 of about 0:01\n";
    assert.equal(made.text, `${UP.replace("1A", "2A")}a note\n${both}`);
    made.text = "";
  });
  assert.equal(made.text, `${UP.replace("1A", "2A")}two  0:00\none  0:00 of about 0:01\n`);
  endFirst();
  await first;
});

test("a line longer than the terminal is cut, since it would wrap", async () => {
  const made = screen(true, 10);
  await made.progress.step("building wasm", 70_000, async () => {});
  assert.ok(made.text.startsWith("building \n"));
});

test("a step that is not on a terminal has a line at its start and at its end", async () => {
  const made = screen(false);
  await made.progress.step("building wasm", 70_000, async () => {
    made.progress.redraw();
    made.nowMs = 65_400;
  });
  assert.equal(made.text, "building wasm (about 1:10)\nbuilding wasm: done in 1:05\n");
});

test("the output of a step that succeeds is not shown", async () => {
  const made = screen(false);
  const { output } = await made.progress.step("talking", 1000, (exec) =>
    exec("sh", ["-c", "echo out; echo err >&2"]),
  );
  assert.deepEqual(output.trim().split("\n").sort(), ["err", "out"]);
  assert.doesNotMatch(made.text, /out\n|err/);
});

test("the output of a step that fails is shown in full, of each of its programs", async () => {
  for (const isTTY of [false, true]) {
    const made = screen(isTTY);
    const failing = made.progress.step("talking", 1000, async (exec) => {
      await exec("sh", ["-c", "echo first"]);
      await exec("sh", ["-c", "seq 1 9999; exit 3"]);
    });
    const message = "talking failed: sh exited with code 3 (see its output above)";
    await assert.rejects(failing, (error) => error instanceof Trouble && error.message === message);
    assert.match(made.text, /talking:? +failed after 0:0\d\nfirst\n1\n2\n/);
    assert.match(made.text, /\n9998\n9999\n$/);
  }
});

test("a program that runs out of time fails its step", async () => {
  const work = (exec) => exec("sleep", ["60"], { timeoutMs: 50 });
  await assert.rejects(screen(false).progress.step("sleeping", 1000, work), {
    message: "sleeping failed: sleep ran out of time (see its output above)",
  });
});
