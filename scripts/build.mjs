// `npm run build`: sets up what is missing, builds dist/ and reports how large its Workers are.
import { readArgs } from "./lib/args.mjs";
import { build } from "./lib/build.mjs";
import { main } from "./lib/say.mjs";
import { reportUploads } from "./lib/sizes.mjs";

await main(async () => {
  readArgs({});
  await build();
  await reportUploads();
});
