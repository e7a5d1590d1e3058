import assert from "node:assert/strict";
import test from "node:test";
import { breachesIn } from "../../scripts/lib/walls.mjs";

const wall = { crates: ["worker", "serde"], paths: ["std::time::Instant"], why: "pure" };

const breached = (code) => breachesIn(code, wall, "src/pool/a.rs");

test("each way to name a forbidden crate is seen, with its line", () => {
  assert.deepEqual(breached("//! Docs.\nuse worker::State;"), ["src/pool/a.rs:2: worker (pure)"]);
  for (const code of ["use serde;", "extern crate serde;", "#[derive(serde::Serialize)]"]) {
    assert.equal(breached(code).length, 1, code);
  }
  assert.equal(breached("let now = std::time::Instant::now();").length, 1);
});

test("comments and longer names are left alone", () => {
  for (const code of [
    "// use worker::State",
    "use crate::worker::X;",
    "serde_like::f();",
    "coworker::f()",
  ]) {
    assert.deepEqual(breached(code), [], code);
  }
});
