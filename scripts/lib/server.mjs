// Waits for a local server, and finds out beforehand whether its port is free.
import { createServer } from "node:net";
import { Trouble } from "./say.mjs";

const POLL_INTERVAL_MS = 200;

/** Fails with one sentence if something listens there already. */
export async function ensurePortIsFree(host, port) {
  const problem = await new Promise((done) => {
    const probe = createServer();
    probe.once("error", (error) => done(error.code));
    probe.listen(port, host, () => probe.close(() => done(undefined)));
  });
  if (problem === "EADDRINUSE") {
    const other = port < 65535 ? port + 1 : port - 1;
    throw new Trouble(
      `Port ${port} is in use: stop what listens there, or run \`npm start -- --port ${other}\`.`,
    );
  }
  if (problem) throw new Trouble(`Port ${port} cannot be used (${problem}): choose another.`);
}

/** Resolves to true when the address answers, with whatever status, or to false after the limit. */
export async function answers(address, limitMs) {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    try {
      const signal = AbortSignal.timeout(5000);
      await (await fetch(address, { signal, redirect: "manual" })).arrayBuffer();
      return true;
    } catch {
      await new Promise((done) => setTimeout(done, POLL_INTERVAL_MS));
    }
  }
  return false;
}
