// `npm run build`: sets up what is missing, builds dist/ and says how large it is.
import { readArgs } from "./lib/args.mjs";
import { build } from "./lib/build.mjs";
import { main } from "./lib/say.mjs";
import { saySizes } from "./lib/sizes.mjs";

await main(async () => {
  readArgs({});
  await build();
  saySizes();
});
