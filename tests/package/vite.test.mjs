// A user's project with Vite, in development, built and previewed. In development, Vite calls a
// Durable Object's methods by what it finds on the prototype of its class.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pack, packagesOf, Project } from "./project.mjs";

/** How often and how long a state is waited for. */
const POLL_MS = 100;
const POLLS_MAX = 600;

const folder = mkdtempSync(join(tmpdir(), "warm-pool-pack-"));
let project;
before(async () => {
  project = await Project.with(packagesOf("tests/package/vite"), await pack(folder));
  project.copy("tests/package/vite/vite.config.mts");
  for (const file of ["wrangler.jsonc", "src"]) project.copy(`tests/package/user/${file}`, file);
  project.copy("container");
});
after(async () => {
  await project?.remove();
  rmSync(folder, { recursive: true });
});

test("vite dev serves sessions, and the pool's part of each method runs", async () => {
  await serves(["dev"]);
});

test("vite build and vite preview do so too", async () => {
  await project.succeeds("vite", ["build"]);
  await serves(["preview"]);
});

async function serves(command) {
  const args = [...command, "--host=127.0.0.1", "--port=0"];
  const address = await project.serveWith("vite", args, /Local:\s+(http:\S+?)\/?$/);
  const ask = async (path, session = "alice") => {
    const answer = await fetch(`${address}${path}`, { headers: { "x-session-id": session } });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  };
  const call = async (container, method, ...args) => {
    const query = new URLSearchParams({ container, method, args: JSON.stringify(args) });
    return ask(`/call?${query}`);
  };

  const { container } = await ask("/whoami");
  assert.equal((await ask("/whoami")).container, container);
  const bobs = (await ask("/whoami", "bob")).container;
  assert.notEqual(bobs, container);

  // The subclass overrides this method: the pool's part tells which life of the container runs.
  const bob = { session: "bob", generation: 2, granted: true };
  assert.equal((await call(bobs, "getState", bob)).result.confirmed, false);
  assert.deepEqual(await call(bobs, "resetForPool", { generation: 2 }), { result: true });
  assert.equal((await call(bobs, "getState", bob)).result.confirmed, true);

  // A container that stops by itself is reported, and not started again.
  await call(container, "stop");
  await until(async () => (await ask("/stats")).reports > 0);
  const { error } = await call(container, "start");
  assert.match(error, /this container has ended .*\[pool_unavailable\]/);
  assert.equal((await call(container, "getState")).result.status.startsWith("stopped"), true);
  assert.notEqual((await ask("/whoami")).container, container);
}

async function until(isSo) {
  for (let polls = 0; polls < POLLS_MAX; polls++) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  assert.fail("it did not come to be");
}
