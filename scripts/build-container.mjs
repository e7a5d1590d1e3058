// `npm run build:container`: compiles what the demo's image holds, for `wrangler deploy`, which builds
// the image from it. The tests and `npm start` do it by themselves.
import { readArgs } from "./lib/args.mjs";
import { buildProgram, SERVER } from "./lib/image.mjs";
import { ensureRust } from "./lib/rust.mjs";
import { main } from "./lib/say.mjs";

await main(async () => {
  readArgs({});
  ensureRust();
  await buildProgram(SERVER);
});
