// The ledger over HTTP, for the objects inside workerd.
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

const QUESTIONS = ["start", "ready", "state", "stop", "destroy", "renew", "serve"];

/** Serves it on a free port; returns its address and how to end it. */
export async function serveLedger(ledger) {
  const server = createServer((request, response) => {
    // Whoever asked may be dead by now, and there is nobody to tell.
    answer(ledger, request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(ledger, request, response) {
  const question = request.url.slice(1);
  if (!QUESTIONS.includes(question)) throw new Error(`the ledger knows no ${question}`);
  const asked = await json(request);
  let told;
  try {
    told = await ledger[question](asked);
  } catch (error) {
    told = { error: error.message };
  }
  response.end(JSON.stringify(told));
}
