// `npm run fmt`: formats everything that `npm run check` wants formatted.
import { readArgs } from "./lib/args.mjs";
import { CRATES, of, prettierArgs } from "./lib/checks.mjs";
import { run } from "./lib/run.mjs";
import { main, Trouble } from "./lib/say.mjs";
import { setUpBasics } from "./lib/setup.mjs";

await main(async () => {
  readArgs({});
  await setUpBasics();
  for (const crate of CRATES) await format("cargo", ["fmt", ...of(crate)]);
  await format("prettier", ["--write", ...prettierArgs()]);
});

async function format(command, args) {
  const { code } = await run(command, args);
  if (code !== 0) throw new Trouble(`${command} failed: its output above says why.`);
}
