import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { join } from "node:path";
import { PACKAGES, project as projectOfReadme } from "./peer/readme.mjs";
import { platformWorker } from "./platform/bundle.mjs";

// workerd logs each error that crosses from one object to another, and each object that is reset.
// The tests bring these about on purpose, hundreds of them, and see them where they arrive.
const PROVOKED =
  /^(uncaught exception; |exception = workerd\/|stack: \/|failed to invoke drain|NOSENTRY SQLite alarm overdue|A header value for "x-session-id" contains non-ASCII)/;

/**
 * What the pool and its wasm say when the platform fails them, which the tests make it do, and what
 * its log has of the containers that tests stop. What it could not do is shown, unless a test saw to
 * it.
 */
const EXPECTED =
  /^(warm pool: the hint cache could not be|\{"level":("(info|warn)"|.*(refused by a test|could not be primed))|\s*panicked at )/;

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, ...rest: []) =>
    [PROVOKED, EXPECTED].some((one) => one.test(String(chunk))) ||
    write(chunk, ...rest)) as typeof write;
}

export default defineConfig({
  test: {
    projects: [
      await project("pool", "./wrangler.jsonc", "*.test.ts"),
      await project("runtimes", "./runtimes/wrangler.jsonc", "runtimes/*.test.ts"),
      peerProject("0.1.2", { file: "0.1.2.md" }),
      peerProject("first", { file: "first.md" }),
      peerProject("sandbox", {
        file: "0.1.2.md",
        worker: "sandbox worker",
        wrangler: "sandbox wrangler",
      }),
      bridgeProject(),
    ],
  },
});

/** The tests of one Worker, as its configuration has it. */
async function project(name: string, configPath: string, tests: string) {
  return {
    plugins: [
      cloudflareTest({
        wrangler: { configPath },
        miniflare: { workers: [await platformWorker()] },
      }),
    ],
    test: testsOf(name, tests),
  };
}

/** The tests of the Worker that a README of the peer's tells its users to write. */
function peerProject(name: string, readme: Parameters<typeof projectOfReadme>[1]) {
  const folder = projectOfReadme(name, readme);
  return {
    plugins: [
      cloudflareTest({
        wrangler: { configPath: join(folder, "wrangler.jsonc") },
        miniflare: { bindings: { SIMULATED_BOOT_MS: 20, SIMULATED_STOP_MS: 200 } },
      }),
    ],
    resolve: { alias: { ...PACKAGES, "readme:pieces": join(folder, "pieces.js") } },
    test: testsOf(`README ${name}`, `peer/${name}.test.ts`),
  };
}

/** The tests of a Worker of the Sandbox SDK's bridge. */
function bridgeProject() {
  const replaced = {
    "cf-warm-pool": "../../dist/index.js",
    "@cloudflare/sandbox": "bridge/sandbox.ts",
  };
  return {
    plugins: [
      cloudflareTest({
        wrangler: { configPath: "./bridge/wrangler.jsonc" },
        miniflare: { bindings: { SIMULATED_BOOT_MS: 20, SIMULATED_STOP_MS: 200 } },
      }),
    ],
    resolve: {
      alias: Object.entries(replaced).map(([name, file]) => ({
        find: new RegExp(`^${name}$`),
        replacement: join(import.meta.dirname, file),
      })),
    },
    test: testsOf("bridge", "bridge/*.test.ts"),
  };
}

function testsOf(name: string, tests: string) {
  return {
    name,
    root: import.meta.dirname,
    include: [tests],
    // What is logged as a file ends would reach a runner that is gone, which fails the run.
    disableConsoleIntercept: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  };
}
