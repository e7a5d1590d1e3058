// A Worker's first request in a workerd of its own, which nothing else is in.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inRoot } from "../scripts/lib/project.mjs";
import { bundle, COMPATIBILITY_DATE } from "../tests/worker/platform/bundle.mjs";

const WORKERD = inRoot("node_modules/workerd/bin/workerd");
const CONTROL_FD = 3;

/** The Worker of `cold/<of>.ts` in a folder under `folder`; `start()` serves it. */
export async function coldWorker(folder, of) {
  const home = join(folder, of);
  mkdirSync(home);
  const modules = await bundle(join(import.meta.dirname, "cold", `${of}.ts`));
  for (const { path, contents } of modules) writeFileSync(join(home, path), contents);
  writeFileSync(join(home, "config.capnp"), configOf(modules));
  let started = 0;
  return {
    async firstRequest() {
      const state = join(home, `state-${started++}`);
      mkdirSync(state);
      return firstRequest(home, state);
    },
  };
}

/** When it listens and when it has answered, ms after it was started. */
async function firstRequest(home, state) {
  const startedAtMs = performance.now();
  const args = ["serve", join(home, "config.capnp"), "--experimental"];
  args.push(`--control-fd=${CONTROL_FD}`, "--socket-addr=http=127.0.0.1:0");
  args.push(`--directory-path=state=${state}`);
  const child = spawn(WORKERD, args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const said = [];
  child.stderr.on("data", (chunk) => said.push(chunk));
  const ended = once(child, "exit");
  try {
    const port = await portOf(child.stdio[CONTROL_FD]);
    if (port === undefined) throw new Error(`workerd ended: ${Buffer.concat(said).toString()}`);
    const listensMs = performance.now() - startedAtMs;
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the first request failed: ${text}`);
    return { listensMs, answeredMs: performance.now() - startedAtMs };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

async function portOf(stream) {
  for await (const line of createInterface({ input: stream })) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return port;
  }
  return undefined;
}

function configOf(modules) {
  const list = modules.map(({ type, path }) => {
    const kind = type === "ESModule" ? "esModule" : "wasm";
    return `(name = "${path}", ${kind} = embed "${path}")`;
  });
  const classes = { WARM_POOL: "WarmPool", CONTAINER: "BenchContainer", Sandbox: "BenchContainer" };
  const bindings = Object.entries(classes).map(
    ([name, of]) => `(name = "${name}", durableObjectNamespace = "${of}")`,
  );
  const namespaces = [...new Set(Object.values(classes))].map(
    (of) => `(className = "${of}", uniqueKey = "${of}", enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "state", disk = (writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${list.join(", ")}],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "state"),
);
`;
}
