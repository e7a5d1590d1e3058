import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { inRoot } from "../../scripts/lib/project.mjs";

const LISTED = /^export \{ (.+) \}/gm;
const DECLARED = /^export (?:interface|type) (\w+)/gm;

test("every type that the package exports has a test that names it", () => {
  const tests = readdirSync(inRoot("tests/types"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(inRoot("tests/types", file), "utf8"))
    .join("\n");
  const types = readdirSync(inRoot("js/types")).flatMap((file) =>
    namesIn(`types/${file}`, DECLARED),
  );
  const names = [...namesIn("index.ts", LISTED), ...types];
  assert.ok(names.includes("PoolStats") && names.includes("WarmPool"));
  assert.deepEqual(
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(tests)),
    [],
  );
});

function namesIn(file, pattern) {
  const text = readFileSync(inRoot("js", file), "utf8");
  return [...text.matchAll(pattern)].flatMap(([, names]) =>
    names.split(/,\s*/).map((name) => name.replace(/^type /, "")),
  );
}
