// `npm run setup`: installs what the project builds with. The other scripts do it by themselves;
// this one is for doing it ahead of time.
import { readArgs } from "./lib/args.mjs";
import { setUp } from "./lib/setup.mjs";
import { main, say } from "./lib/say.mjs";

await main(async () => {
  readArgs({});
  const { toolchain } = await setUp();
  say(`set-up is complete (wasm: ${toolchain.rustc}, by way of ${toolchain.way})`);
});
