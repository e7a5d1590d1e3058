// The built Worker in a real workerd, on storage on disk, killed by SIGKILL under load. KILLS says how
// often, KILL_SEED repeats the draws of an earlier run.
import assert from "node:assert/strict";
import test from "node:test";
import { trial } from "./trial.mjs";

const kills = Number(process.env.KILLS ?? 20);
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 32));

test(`a pool killed ${kills} times loses no container and no assignment`, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const { killed, checked, ledger, crowd, events, ms } = await trial({ kills, seed });
  const { claims, answered, refused, lost, reports } = crowd;
  t.diagnostic(
    `${killed} kills in ${Math.round(ms / 1000)} s (${Math.round(ms / killed)} ms each), ` +
      `${checked} checked after two wake-ups: ${claims} claims (${answered} answered, ` +
      `${refused} refused, ${lost} lost in a kill), ${reports} reports, ${ledger.starts} containers ` +
      `started, at most ${ledger.maxRunning} at once, ${events.violations.length} violations`,
  );
  const replay = `KILL_SEED=${seed} KILLS=${kills}`;
  if (events.violations.length > 0) assert.fail(`${replay}\n${events.violations.join("\n\n")}`);
  assert.ok(answered > kills, `only ${answered} claims were answered: ${replay}`);
});

const FORGETFUL = [
  ["starting", /a container runs unknown/],
  ["assigned", /an assignment is lost/],
];
for (const [state, found] of FORGETFUL) {
  test(`a pool that forgets what is ${state} when it is killed is found out`, async (t) => {
    const { killed, events } = await trial({ kills: 20, seed, forgets: state });
    t.diagnostic(`found after ${killed} kills`);
    assert.match(events.violations.join("\n"), found);
  });
}
