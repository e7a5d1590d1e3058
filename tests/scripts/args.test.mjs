import assert from "node:assert/strict";
import test from "node:test";
import { readArgs, SEED } from "../../scripts/lib/args.mjs";
import { Trouble } from "../../scripts/lib/say.mjs";

const OPTIONS = {
  kills: { type: "integer", min: 1, max: 10, default: 5 },
  seed: SEED,
  mode: { type: "choice", choices: ["fast", "slow"] },
  out: { type: "string" },
  tiny: { type: "boolean", default: false },
};

const read = (...args) => readArgs(OPTIONS, args);

test("without arguments the defaults hold", () => {
  const none = { seed: undefined, mode: undefined, out: undefined };
  assert.deepEqual(read(), { kills: 5, tiny: false, ...none });
});

test("values are read after a space and after an equals sign", () => {
  const values = read("--kills", "10", "--seed=4294967295", "--mode", "slow", "--out=-", "--tiny");
  assert.deepEqual(values, { kills: 10, seed: 4294967295, mode: "slow", out: "-", tiny: true });
});

for (const [args, message] of [
  [["--kill", "1"], "unknown option --kill (known: --kills, --seed, --mode, --out, --tiny)"],
  [["--__proto__"], /^unknown option --__proto__ /],
  [["-k"], /^unknown option -k /],
  [["10"], "unknown argument 10 (known: --kills, --seed, --mode, --out, --tiny)"],
  [["--", "10"], /^unknown argument -- /],
  [["--kills"], "--kills has no value (give it an integer from 1 to 10)"],
  [["--kills", "--tiny"], "--kills has no value (give it an integer from 1 to 10)"],
  [["--out="], "invalid --out : it must be a text"],
  [["--mode", "other"], "invalid --mode other: it must be one of fast, slow"],
  [["--tiny=no"], "invalid --tiny=no: --tiny takes no value"],
]) {
  test(`${args.join(" ")} is an error`, () => {
    assert.throws(
      () => read(...args),
      (error) => {
        assert.ok(error instanceof Trouble);
        if (message instanceof RegExp) assert.match(error.message, message);
        else assert.equal(error.message, message);
        return true;
      },
    );
  });
}

for (const value of ["0", "11", "1.5", "1e0", "0x1", "ten", "", "=-1"]) {
  test(`--kills=${value} is no integer from 1 to 10`, () => {
    const message = `invalid --kills ${value}: it must be an integer from 1 to 10`;
    assert.throws(() => read(`--kills=${value}`), { message });
  });
}

test("a command without options says so", () => {
  const message = "unknown option --port (this command takes no options)";
  assert.throws(() => readArgs({}, ["--port", "1"]), { message });
});
