// `npm run check`: format, lints, types and walls, all of them even if one fails, then a summary.
import { readArgs } from "./lib/args.mjs";
import { checks } from "./lib/checks.mjs";
import { ensureRustComponents } from "./lib/rust.mjs";
import { duration, heading, main, say } from "./lib/say.mjs";
import { setUpBasics } from "./lib/setup.mjs";

await main(async () => {
  readArgs({});
  await setUpBasics();
  ensureRustComponents();

  const results = [];
  for (const { name, check } of checks) results.push(await runCheck(name, check));

  heading("checks");
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, verdict } of results) say(`${name.padEnd(width)}  ${verdict}`);
  return results.every(({ ok }) => ok) ? 0 : 1;
});

async function runCheck(name, check) {
  heading(name);
  const startedAt = Date.now();
  const result = await check();
  const { ok, note } = typeof result === "boolean" ? { ok: result } : result;
  const detail = [duration(Date.now() - startedAt), note].filter(Boolean).join(", ");
  return { name, ok, verdict: `${ok ? "passed" : "FAILED"} (${detail})` };
}
