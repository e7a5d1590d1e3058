import assert from "node:assert/strict";
import test from "node:test";
import { atLeast, versionInCargoLock } from "../../scripts/lib/project.mjs";
import { duration } from "../../scripts/lib/say.mjs";

test("a crate's version is found by its whole name", () => {
  const lock =
    '[[package]]\nname = "wasm-bindgen-shared"\nversion = "9.9.9"\n\n' +
    '[[package]]\nname = "wasm-bindgen"\nversion = "0.2.130"\n';
  assert.equal(versionInCargoLock(lock, "wasm-bindgen"), "0.2.130");
});

test("a lock without the crate is told in one sentence", () => {
  assert.throws(() => versionInCargoLock("", "wasm-bindgen"), /does not name wasm-bindgen/);
});

test("versions are compared as numbers", () => {
  assert.equal(atLeast("22.12.0", "22.12.0"), true);
  assert.equal(atLeast("22.9.0", "22.12.0"), false);
  assert.equal(atLeast("1.95.0-nightly", "1.91"), true);
  assert.equal(atLeast("24", "22.12.0"), true);
  assert.equal(atLeast("22", "22.12.0"), false);
});

test("durations are told in the unit that fits", () => {
  assert.deepEqual([850, 14_200, 140_000].map(duration), ["850 ms", "14 s", "2 min 20 s"]);
});
