// The package as its users have it: packed, installed into a project of their own, type-checked,
// served and made ready for deployment, with the newest wrangler and the last one for Node 20.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pack, packagesOf, Project, readJsonc } from "./project.mjs";

/** What Workers may weigh as they travel, their container class included. */
const UPLOADS = [
  { main: "index", maxKib: 256, hasDashboard: false },
  { main: "default", maxKib: 400, hasDashboard: true },
];

/** The package's own Worker, over a container class of the user's. */
const DEFAULT_WORKER = `
export { default, WarmPool } from "cf-warm-pool/worker";
export { MyContainer } from "./index.js";
`;

/** The packages that a user of the package has. */
const OURS = ["@cloudflare/containers", "@cloudflare/workers-types", "typescript", "wrangler"];

const folder = mkdtempSync(join(tmpdir(), "warm-pool-pack-"));
let packed;
before(async () => (packed = await pack(folder)));
after(() => rmSync(folder, { recursive: true }));

const wranglers = [
  { name: "the wrangler of this repository", sources: packagesOf(".", OURS), newest: true },
  {
    name: "wrangler 4.86",
    sources: packagesOf("tests/package/wrangler-4.86"),
    // What the peer's README tells its users to write: they need not change it.
    compatibility_date: "2025-01-13",
  },
];

for (const { name, sources, newest, ...older } of wranglers) {
  describe(`with ${name}`, () => {
    let project;
    before(async () => {
      project = await Project.with(sources, packed);
      for (const file of ["src", "tsconfig.json", "wrangler.jsonc", "Dockerfile", "server.mjs"]) {
        project.copy(`example/${file}`, file);
      }
      project.write("src/default.ts", DEFAULT_WORKER);
    });
    after(() => project?.remove());

    test("the example type-checks, the package's declarations with it", async () => {
      const strictly = ["--strict", "--skipLibCheck", "false", "--exactOptionalPropertyTypes"];
      await project.succeeds("tsc", strictly);
      const node = ["--module", "nodenext", "--moduleResolution", "nodenext"];
      await project.succeeds("tsc", [...strictly, ...node]);
    });

    test("an option that does not exist does not type-check", async () => {
      const right = project.read("src/index.ts");
      project.write("src/index.ts", right.replace("warmTarget", "warmTargets"));
      await assert.rejects(project.succeeds("tsc", []), /'warmTargets' does not exist in type/);
      project.write("src/index.ts", right);
    });

    for (const { main, maxKib, hasDashboard } of UPLOADS) {
      const page = hasDashboard ? "the dashboard in it" : "without the dashboard";
      test(`what is deployed of ${main} has at most ${maxKib} KiB, ${page}`, async (t) => {
        withoutImage(project, readJsonc(project.read("wrangler.jsonc")));
        const args = ["deploy", "--dry-run", "--config=wrangler.plain.json", "--outdir=out"];
        const said = await project.succeeds("wrangler", [...args, `src/${main}.ts`]);
        const [total, kib] = /Total Upload: .* gzip: ([\d.]+) KiB/.exec(said);
        t.diagnostic(total);
        assert.ok(Number(kib) <= maxKib, total);
        assert.equal(project.read(`out/${main}.js`).includes("<!doctype html>"), hasDashboard);
      });
    }

    test("it serves sessions, over simulated containers", async () => {
      simulate(project, older);
      const address = await project.serve("--config=wrangler.plain.json");
      const whoami = async (session) => {
        const answer = await fetch(`${address}/whoami`, { headers: { "x-session-id": session } });
        assert.equal(answer.status, 200);
        return answer.json();
      };
      const alice = await whoami("alice");
      assert.equal(alice.session, "alice");
      assert.equal((await whoami("alice")).container, alice.container);
      assert.notEqual((await whoami("bob")).container, alice.container);
      const refused = await fetch(address, { headers: { "x-session-id": "x".repeat(513) } });
      assert.equal(refused.status, 400);
      assert.equal((await refused.json()).error.code, "invalid_session");
    });

    if (!newest) return;

    test("its command line reads the default Worker", async () => {
      project.write("simulated/default.ts", DEFAULT_WORKER.replace("index.js", "index.ts"));
      const args = ["--config=wrangler.plain.json", "--var=WARM_POOL_API_KEY:dev"];
      const address = await project.serve("simulated/default.ts", ...args);
      const status = await project.succeeds("warm-pool", ["status", "--url", address], {
        WARM_POOL_API_KEY: "dev",
      });
      assert.match(status, /^default +5 +0 /m);
    });

    test("it type-checks with the types that wrangler generates", async () => {
      await project.succeeds("wrangler", ["types", "--include-env=false"]);
      await project.succeeds("tsc", ["--types", "./worker-configuration.d.ts"]);
    });

    test("it is ready to be deployed with its containers", async () => {
      const args = ["deploy", "--dry-run", "--containers-rollout=none"];
      const said = await project.succeeds("wrangler", args);
      assert.match(said, /env\.WARM_POOL \(WarmPool\)/);
      assert.match(said, /env\.CONTAINER \(MyContainer\)/);
    });
  });
}

/** The example on container objects that pretend, as `npm start` has them. */
function simulate(project, settings) {
  const real = '"@cloudflare/containers"';
  const source = project.read("src/index.ts");
  assert.ok(source.includes(`import { Container } from ${real};`));
  const main = source
    .replace("{ Container }", "{ SimulatedContainer as Container }")
    .replace(real, '"./container/simulated.ts"');
  project.write("simulated/index.ts", main);
  project.copy("container", "simulated/container");
  const config = readJsonc(project.read("wrangler.jsonc"));
  const vars = { SIMULATED_BOOT_MS: 50 };
  withoutImage(project, { ...config, ...settings, main: "simulated/index.ts", vars });
}

/** A configuration for which no image has to be built. */
function withoutImage(project, { containers, ...config }) {
  assert.equal(containers[0].class_name, "MyContainer");
  project.write("wrangler.plain.json", JSON.stringify(config));
}
