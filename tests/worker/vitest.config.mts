import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { platformWorker } from "./platform/bundle.mjs";

// workerd logs each error that crosses from one object to another, and each object that is reset.
// The tests bring these about on purpose, hundreds of them, and see them where they arrive.
const PROVOKED =
  /^(uncaught exception; |exception = workerd\/|stack: \/|failed to invoke drain|NOSENTRY SQLite alarm overdue)/;
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, ...rest: []) =>
    PROVOKED.test(String(chunk)) || write(chunk, ...rest)) as typeof write;
}

/** What the pool and its wasm say when the platform fails them, which the tests make it do. */
const EXPECTED =
  /^(warm pool: the hint cache could not be|Reinitializing Wasm|Critical (Runtime)?Error)/;

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.jsonc" },
      miniflare: { workers: [await platformWorker()] },
    }),
  ],
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    onConsoleLog: (log) => !EXPECTED.test(log),
    setupFiles: ["setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
