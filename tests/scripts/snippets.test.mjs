import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { inRoot } from "../../scripts/lib/project.mjs";
import { regionOf, snippetsOf } from "../../scripts/lib/snippets.mjs";

const EXAMPLE = "example/src/index.ts";

test("the TypeScript of the README is the example's, line by line", () => {
  const snippets = snippetsOf(read("README.md")).filter(({ language }) => language === "ts");
  assert.ok(snippets.length > 0);
  for (const { file, region, code } of snippets) {
    assert.ok(file, `no comment says which file this is from:\n${code}`);
    assert.equal(code, regionOf(read(file), region), `${file}#${region}`);
  }
});

test("the TypeScript of the migration guides is that of a Worker that is tested, line by line", () => {
  const guides = readdirSync(inRoot("docs/migration")).map((name) => `docs/migration/${name}`);
  const snippets = guides
    .flatMap((guide) => snippetsOf(read(guide)))
    .filter(({ language }) => language === "ts");
  assert.ok(snippets.length > 0);
  for (const { file, region, code } of snippets) {
    assert.ok(file, `no comment says which file this is from:\n${code}`);
    assert.equal(code, regionOf(read(file), region), `${file}#${region}`);
  }
});

test("the example is short enough to be read at once", () => {
  assert.ok(read(EXAMPLE).trimEnd().split("\n").length <= 60);
});

test("a snippet is found with its language and where it is from", () => {
  const markdown =
    "text\n\n<!-- a/b.ts#one -->\n\n```ts\nlet a;\n\nlet b;\n```\n\n```console\n$ npm\n```\n";
  assert.deepEqual(snippetsOf(markdown), [
    { file: "a/b.ts", region: "one", language: "ts", code: "let a;\n\nlet b;\n" },
    { file: undefined, region: undefined, language: "console", code: "$ npm\n" },
  ]);
});

test("a region is what is between its marks, moved to the left", () => {
  const text = "a\n  // #region one\n  b {\n    c\n\n  }\n  // #endregion\nd\n// #region two\n";
  assert.equal(regionOf(text, "one"), "b {\n  c\n\n}\n");
  assert.equal(regionOf(text, "two"), undefined, "it has no end");
  assert.equal(regionOf(text, "on"), undefined);
});

function read(file) {
  return readFileSync(inRoot(file), "utf8");
}
