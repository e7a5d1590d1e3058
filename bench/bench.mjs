// The benchmark: its rows one after the other, and what they say.
import { duration, heading, say } from "../scripts/lib/say.mjs";
import { linesOf } from "./report.mjs";
import * as a from "./rows/a.mjs";
import * as b from "./rows/b.mjs";
import * as c from "./rows/c.mjs";
import * as d from "./rows/d.mjs";
import * as e from "./rows/e.mjs";
import * as f from "./rows/f.mjs";
import * as g from "./rows/g.mjs";
import * as h from "./rows/h.mjs";
import { Servers } from "./servers.mjs";

export const ROWS = { a, b, c, d, e, f, g, h };

const ROUNDS = 5;
/** What a tiny run, which only shows that the benchmark works, does of anything. */
const TINY_SHARE = 0.05;

/** Measures the rows named in `only`; answers what each of them says. */
export async function bench({ only, seed, tiny }) {
  const size = (count) => (tiny ? Math.ceil(count * TINY_SHARE) : count);
  const servers = new Servers();
  const told = {};
  for (const key of only) {
    heading(`${key}. ${ROWS[key].title}`);
    const startedAtMs = Date.now();
    const row = await ROWS[key].run({ servers, size, tiny, seed, rounds: tiny ? 1 : ROUNDS });
    told[key] = { title: ROWS[key].title, ...row };
    for (const line of linesOf(told[key])) say(line);
    say(`(${duration(Date.now() - startedAtMs)})`);
  }
  return told;
}
