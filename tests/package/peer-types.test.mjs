// What the READMEs of cf-container-warm-pool tell its users to write type-checks at least as well
// with this package as with that one.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cacheDir, inRoot } from "../../scripts/lib/project.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { sectionsOf } from "../worker/peer/readme.mjs";

/** The quick starts do not say what `Env` is. */
const ENV = `interface Env {
  CONTAINER: DurableObjectNamespace;
  WARM_POOL: DurableObjectNamespace<WarmPool>;
}`;

const UNTYPED = {
  "SANDBOX: DurableObjectNamespace;": "SANDBOX: DurableObjectNamespace<MySandbox>;",
  "WARM_POOL: DurableObjectNamespace;": "WARM_POOL: DurableObjectNamespace<WarmPool>;",
};

const [newer, first] = ["0.1.2.md", "first.md"].map(sectionsOf);
const sandboxes = newer.get("sandbox worker").code;

const cases = [
  { name: "the quick start of 0.1.2", code: newer.get("worker").code + ENV, peers: [], ours: [] },
  {
    name: "the quick start of the first version, whose options 0.1.2 did not know",
    code: first.get("worker").code + ENV,
    peers: ["TS2353"],
    ours: [],
  },
  {
    name: "sandboxes, whose `exec` only this package knows of",
    code: Object.entries(UNTYPED).reduce((code, [from, to]) => code.replace(from, to), sandboxes),
    peers: ["TS2339"],
    ours: [],
  },
  {
    name: "sandboxes as they are quoted: namespaces that name no class, so no `exec`",
    code: sandboxes,
    peers: ["TS2345", "TS2345", "TS2339"],
    ours: ["TS2339"],
  },
];

// In the repository, so that packages are found; a folder of its own to each run.
mkdirSync(cacheDir, { recursive: true });
const folder = mkdtempSync(join(cacheDir, "peer-types-"));
after(() => rmSync(folder, { recursive: true }));

let found;
before(async () => {
  cases.forEach(({ code }, at) => writeFileSync(join(folder, `${at}.ts`), code));
  const us = { "cf-container-warm-pool": [inRoot("dist/index.d.ts")] };
  found = { peers: await errorsWith({}), ours: await errorsWith({ paths: us }) };
});

for (const [at, { name, ours, peers }] of cases.entries()) {
  test(name, () => {
    assert.deepEqual({ ours: found.ours[at], peers: found.peers[at] }, { ours, peers });
  });
}

/** The codes of the compiler's errors, to each case. */
async function errorsWith(options) {
  const compilerOptions = {
    ...{ target: "ES2022", lib: ["ES2024"], module: "NodeNext", strict: true, noEmit: true },
    ...{ types: ["@cloudflare/workers-types"], moduleDetection: "force", skipLibCheck: true },
    ...options,
  };
  const config = { compilerOptions, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { output } = await run("tsc", ["--project", folder, "--pretty", "false"], { quiet: true });
  const errors = [...output.matchAll(/(\d+)\.ts\(.*: error (TS\d+):/g)];
  return cases.map((_, at) =>
    errors.filter(([, file]) => Number(file) === at).map(([, , code]) => code),
  );
}
