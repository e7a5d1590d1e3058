// What is in the package, before anyone installs it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { posix } from "node:path";
import test from "node:test";
import { inRoot, root } from "../../scripts/lib/project.mjs";
import { ask } from "../../scripts/lib/run.mjs";
import { uploads } from "../../scripts/lib/sizes.mjs";

/** A compiler of another version may change the size by so much. */
const README_TOLERANCE_KIB = 3;

const manifest = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
const files = listed();

test("it holds what was built, a licence and a README, and nothing else", () => {
  const beside = files.filter((file) => !file.startsWith("dist/"));
  assert.deepEqual(beside.sort(), ["LICENSE", "README.md", "package.json"]);
  assert.deepEqual(
    files.filter((file) => /^dist\/.*(?<!\.js|\.d\.ts|\.wasm)$/.test(file)),
    [],
  );
});

test("whatever it says it has is there, with its declarations", () => {
  const { "./package.json": self, ...entries } = manifest.exports;
  assert.equal(self, "./package.json");
  assert.deepEqual(Object.keys(entries), [".", "./worker"]);
  for (const [entry, conditions] of Object.entries(entries)) {
    // TypeScript takes the first condition that fits.
    assert.equal(Object.keys(conditions)[0], "types", entry);
    for (const file of Object.values(conditions)) assertPacked(file);
  }
  assertPacked(manifest.types);
  manifest.sideEffects.forEach(assertPacked);
  for (const file of files.filter((name) => name.endsWith(".js"))) {
    assertPacked(`./${file.replace(/\.js$/, ".d.ts")}`);
  }
});

test("its command line is there, and is a program", () => {
  assert.deepEqual(Object.keys(manifest.bin), ["warm-pool"]);
  assertPacked(manifest.bin["warm-pool"]);
  assert.match(read(manifest.bin["warm-pool"]), /^#!\/usr\/bin\/env node\n/);
});

test("it brings no packages: those it works with are its user's", () => {
  assert.equal(manifest.dependencies, undefined);
  const peers = Object.keys(manifest.peerDependencies);
  assert.deepEqual(peers, ["@cloudflare/containers", "@cloudflare/workers-types"]);
  for (const peer of peers)
    assert.deepEqual(manifest.peerDependenciesMeta[peer], { optional: true });
});

/** Imports that are no files of the package: the platform's, and Node's in the command line. */
function isBuiltIn(file, from) {
  return from === (file.startsWith("dist/cli/") ? "node:util" : "cloudflare:workers");
}

test("it imports nothing but its own files and the platform", () => {
  for (const file of files.filter((name) => /\.(js|d\.ts)$/.test(name))) {
    const imports = read(file).matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g);
    for (const [, from] of imports) {
      if (isBuiltIn(file, from)) continue;
      assert.match(from, /^\.{1,2}\//, file);
      assertPacked(posix.join(posix.dirname(file), from));
    }
  }
});

test("it does not tell where it was built", () => {
  for (const file of files) {
    for (const place of [homedir(), root]) {
      assert.ok(!read(file).includes(`${place}/`), `${file} names ${place}`);
    }
  }
});

for (const { name, kib, maxKib } of await uploads()) {
  test(`the upload of ${name} is at most ${maxKib} KiB`, () => {
    assert.ok(kib > 1 && kib <= maxKib, `${kib} KiB`);
  });
}

test("the README states the measured upload of the least Worker", async () => {
  const [{ kib }] = await uploads();
  const stated = [
    ...readFileSync(inRoot("README.md"), "utf8").matchAll(/about (\d+) KiB gzipped/g),
  ];
  assert.equal(stated.length, 1, "the README says once `about N KiB gzipped`");
  const off = Math.abs(Number(stated[0][1]) - kib);
  assert.ok(off <= README_TOLERANCE_KIB, `README.md says ${stated[0][0]}, measured are ${kib} KiB`);
});

function assertPacked(file) {
  assert.ok(files.includes(file.replace("./", "")), `${file} is not packed`);
}

/** As npm lists them; packing for real would build. */
function listed() {
  const [{ files }] = JSON.parse(ask("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]));
  return files.map(({ path }) => path);
}

function read(file) {
  return readFileSync(inRoot(file), "latin1");
}
