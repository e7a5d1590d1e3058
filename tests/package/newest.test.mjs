// A user's project with the newest wrangler, TypeScript in three versions, ESLint and pnpm.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cacheDir, inRoot } from "../../scripts/lib/project.mjs";
import { pack, packagesOf, Project, readJsonc } from "./project.mjs";

/** How often and how long a state is waited for. */
const POLL_MS = 100;
const POLLS_MAX = 600;

/** The versions of TypeScript, by the names under which the project has them. */
const TYPESCRIPTS = ["typescript-5.4", "typescript-5.9", "typescript"];

const BINDINGS = [
  { name: "WARM_POOL", class_name: "WarmPool" },
  { name: "CONTAINER", class_name: "MyContainer" },
];

/** A Worker that exports both classes. */
const LOCAL = `
import { Container } from "@cloudflare/containers";
import { createWarmPool, getWarmPool, pooled, WarmPool, WarmPoolError } from "cf-warm-pool";
import type { PoolStats, WarmPoolConfig } from "cf-warm-pool";

export { WarmPool };

export class MyContainer extends pooled(Container)<Env> {
  override defaultPort = 8080;
  greet(name: string): string {
    return \`hello \${name}\`;
  }
}

const CONFIG: WarmPoolConfig = { warmTarget: 3 };

export default {
  async fetch(request, env) {
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, CONFIG);
    try {
      const container = await pool.getContainer(request.headers.get("x-session-id") ?? "default");
      const greeting: string = await container.greet("alice");
      return greeting === "" ? await container.fetch(request) : new Response(greeting);
    } catch (error) {
      if (!(error instanceof WarmPoolError)) throw error;
      const stats: PoolStats = await getWarmPool(env.WARM_POOL).getStats();
      return Response.json(stats, { status: error.status });
    }
  },
} satisfies ExportedHandler<Env>;
`;

/** A Worker that uses the classes of the other one: its namespaces do not name them. */
const REMOTE = `
import { createWarmPool, getWarmPool } from "cf-warm-pool";
import worker from "cf-warm-pool/worker";

export const handler: ExportedHandler = worker;

export default {
  async fetch(request, env) {
    const pool = createWarmPool(env.WARM_POOL, env.CONTAINER, { warmTarget: 3 });
    await getWarmPool(env.WARM_POOL, "another").reportStopped("a container");
    const response: Response = await (await pool.getContainer("alice")).fetch(request);
    return response;
  },
} satisfies ExportedHandler<Env>;
`;

const folder = mkdtempSync(join(tmpdir(), "warm-pool-pack-"));
let project;
before(async () => {
  const packages = packagesOf("tests/package/newest");
  project = await Project.with(packages, await pack(folder), { as: ["cf-warm-pool", "pool-too"] });
});
after(async () => {
  await project?.remove();
  rmSync(folder, { recursive: true });
});

describe("types", () => {
  before(async () => {
    project.copy("tests/package/check-types.mjs");
    await worker("local", LOCAL, BINDINGS);
    await worker(
      "remote",
      REMOTE,
      BINDINGS.map((binding) => ({ ...binding, script_name: "local" })),
    );
  });

  for (const name of TYPESCRIPTS) {
    test(`${name} finds no error, whatever its module resolution`, async () => {
      const output = await project.succeeds("node", ["check-types.mjs", name]);
      assert.equal(output.match(/: no error$/gm)?.length, 6, output);
    });
  }

  /** A Worker with the types that wrangler generates, with and without those of the runtime. */
  async function worker(name, source, bindings) {
    project.write(`${name}/index.ts`, source);
    const config = { name, main: "index.ts", compatibility_date: "2026-04-01" };
    const text = JSON.stringify({ ...config, durable_objects: { bindings } });
    project.write(`${name}/wrangler.json`, text);
    const types = ["types", `--config=${name}/wrangler.json`];
    await project.succeeds("wrangler", [...types, `${name}/all.d.ts`]);
    await project.succeeds("wrangler", [...types, `${name}/env.d.ts`, "--include-runtime=false"]);
    // With Node's resolution an import names its file, and wrangler's does not.
    const env = project.read(`${name}/env.d.ts`);
    assert.match(env, /import\("\.\/index"\)/);
    project.write(`${name}/env.d.ts`, env.replaceAll('import("./index")', 'import("./index.js")'));
  }
});

describe("resolvers", () => {
  const ENTRIES = ["cf-warm-pool", "cf-warm-pool/worker"];

  test("require.resolve finds each entry", async () => {
    project.write("resolve.cjs", "console.log(require.resolve(process.argv[2]));");
    for (const entry of ENTRIES) {
      const found = await project.succeeds("node", ["resolve.cjs", entry]);
      assert.match(found, /node_modules\/cf-warm-pool\/dist\/(index|worker)\.js\n$/);
    }
  });

  const settings = {
    "import-x's own": `{ "import-x/resolver-next": [createNodeResolver()] }`,
    "that of TypeScript": `{ "import-x/resolver-next": [createTypeScriptImportResolver()] }`,
  };
  for (const [name, resolver] of Object.entries(settings)) {
    test(`ESLint finds each entry with the resolver: ${name}`, async () => {
      const imports = ENTRIES.map((entry) => `import "${entry}";`).join("\n");
      await lints(resolver, imports);
      await assert.rejects(lints(resolver, `import "cf-warm-pool/nothing";`), /no-unresolved/);
    });
  }

  test("the resolver of eslint-plugin-import, which reads no exports, finds the package", async () => {
    const resolve = `
      const { resolve } = require("eslint-import-resolver-node");
      console.log(resolve("cf-warm-pool", __filename, {}));
    `;
    project.write("resolve-main.cjs", resolve);
    const found = await project.succeeds("node", ["resolve-main.cjs"]);
    assert.match(found, /found: true/);
    assert.match(found, /node_modules\/cf-warm-pool\/dist\/index\.js/);
  });

  async function lints(resolver, source) {
    project.write(
      "eslint.config.mjs",
      `
      import { createNodeResolver, importX } from "eslint-plugin-import-x";
      import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
      export default [
        {
          files: ["linted/*.ts"],
          plugins: { "import-x": importX },
          languageOptions: { parser: (await import("@typescript-eslint/parser")).default },
          settings: ${resolver},
          rules: { "import-x/no-unresolved": "error" },
        },
      ];
      void [createNodeResolver, createTypeScriptImportResolver];
      `,
    );
    project.write("linted/index.ts", source);
    await project.succeeds("eslint", ["linted"]);
  }
});

describe("Workers", () => {
  const config = readJsonc(readFileSync(inRoot("tests/package/user/wrangler.jsonc"), "utf8"));
  const { bindings } = config.durable_objects;
  const [{ tag, new_sqlite_classes: classes }] = config.migrations;
  const more = {
    durable_objects: {
      bindings: [
        ...bindings,
        { name: "POOL_TOO", class_name: "PoolToo" },
        { name: "CONTAINER_TOO", class_name: "ContainerToo" },
      ],
    },
    migrations: [{ tag, new_sqlite_classes: [...classes, "PoolToo", "ContainerToo"] }],
  };

  before(() => {
    project.copy("tests/package/user/src", "src");
    project.copy("container");
  });

  test("wrangler bundles a Worker for deployment", async () => {
    const { services, ...deployed } = config;
    assert.ok(services);
    project.write("deployed.json", JSON.stringify({ ...deployed, main: "src/index.ts" }));
    const args = ["deploy", "--dry-run", "--config=deployed.json", "--outdir=out"];
    assert.match(await project.succeeds("wrangler", args), /env\.WARM_POOL \(WarmPool\)/);
    assert.match(project.read("out/index.js"), /WarmPoolError/);
  });

  test("the package changes nothing outside itself", async () => {
    const ask = await serve("effects", { ...config, main: "src/effects.ts" });
    const answer = await ask("/whoami", "bob");
    assert.deepEqual(answer, { statuses: [200, 200], imported: [], used: [], listeners: [] });
  });

  test("two copies of the package work beside each other, and outlive each other's panic", async () => {
    const ask = await serve("twice", { ...config, ...more, main: "src/twice.ts" });
    const held = {};
    for (const copy of ["one", "two"]) {
      held[copy] = (await ask(`/?copy=${copy}`, "alice")).container;
      assert.match(held[copy], /^[0-9a-f]{64}$/);
    }
    assert.notEqual(held.one, held.two);
    for (const copy of ["one", "two"]) {
      const { error } = await ask(`/panic?copy=${copy}`, "mallory");
      assert.match(error, /panic/);
      for (const other of ["two", "one"]) {
        await until(async () => (await ask(`/?copy=${other}`, "alice")).container === held[other]);
        const { container } = await ask(`/?copy=${other}`, `new after ${copy}`);
        assert.match(container, /^[0-9a-f]{64}$/);
      }
    }
  });

  test("--no-bundle serves a Worker that imports the package's files by their paths", async () => {
    project.copy("tests/package/user/plain.mjs", "plain/index.js");
    project.duplicate("node_modules/cf-warm-pool/dist", "plain/cf-warm-pool");
    const rules = [{ type: "ESModule", globs: ["**/*.js"] }];
    const main = "plain/index.js";
    const ask = await serve("plain", { ...config, main, rules }, "--no-bundle");
    const { container } = await ask("/", "alice");
    assert.match(container, /^[0-9a-f]{64}$/);
    assert.equal((await ask("/", "alice")).container, container);
  });

  /** Serves a Worker and returns what asks it as a session. */
  async function serve(name, { services, ...settings }, ...args) {
    assert.ok(services);
    project.write(`${name}.json`, JSON.stringify(settings));
    // Servers that run beside each other may not share a database.
    const own = [`--config=${name}.json`, `--persist-to=state/${name}`];
    const address = await project.serve(...own, ...args);
    return async (path, session) => {
      const answer = await fetch(`${address}${path}`, { headers: { "x-session-id": session } });
      assert.equal(answer.status, 200, await answer.clone().text());
      return answer.json();
    };
  }
});

describe("pnpm", () => {
  test("a Worker is bundled out of its node_modules, where packages are links", async () => {
    const { devDependencies, ...manifest } = JSON.parse(project.read("package.json"));
    const names = ["@cloudflare/containers", "wrangler"];
    const versions = Object.fromEntries(names.map((name) => [name, devDependencies[name]]));
    const packages = { ...manifest, dependencies: {}, devDependencies: versions };
    project.write("pnpm/package.json", JSON.stringify(packages));
    // pnpm takes the versions that npm has locked.
    project.write("pnpm/package-lock.json", project.read("package-lock.json"));
    const store = `--store-dir=${join(cacheDir, "pnpm-store")}`;
    await project.installs("pnpm", ["--dir=pnpm", "import"]);
    // The packages' own scripts take ten times as long as the rest and change nothing here.
    const add = ["--dir=pnpm", "add", "--prefer-offline", "--ignore-scripts", store, "../app.tgz"];
    await project.installs("pnpm", add);
    assert.ok(project.isLink("pnpm/node_modules/cf-warm-pool"));

    project.write("pnpm/index.ts", LOCAL);
    const config = { name: "pnpm", main: "index.ts", compatibility_date: "2026-04-01" };
    const text = JSON.stringify({ ...config, durable_objects: { bindings: BINDINGS } });
    project.write("pnpm/wrangler.json", text);
    const wrangler = "pnpm/node_modules/.bin/wrangler";
    const args = ["deploy", "--dry-run", "--cwd=pnpm", "--outdir=out"];
    await project.succeeds("sh", [wrangler, ...args]);
    assert.match(project.read("pnpm/out/index.js"), /WarmPoolError/);
  });
});

async function until(isSo) {
  for (let polls = 0; polls < POLLS_MAX; polls++) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  assert.fail("it did not come to be");
}
