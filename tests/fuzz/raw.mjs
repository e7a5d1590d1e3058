// One HTTP request as bytes, since a client's library would not send what is wanted here.
import { connect } from "node:net";

const ANSWER_LIMIT_MS = 30_000;

/** Sends `head` and `body`, and reads one answer: `{ status, headers, body }`, or null if none came. */
export function exchange(address, head, body) {
  return new Promise((done, failed) => {
    const socket = connect(Number(address.port), address.hostname);
    const chunks = [];
    socket.setTimeout(ANSWER_LIMIT_MS, () => {
      socket.destroy();
      failed(new Error(`no answer within ${ANSWER_LIMIT_MS} ms to ${JSON.stringify(head)}`));
    });
    socket.on("connect", () => socket.write(Buffer.concat([Buffer.from(head), body])));
    socket.on("data", (chunk) => chunks.push(chunk));
    // A server that refuses a request may close before it has read all of it.
    socket.on("error", () => {});
    socket.on("close", () => done(parse(Buffer.concat(chunks))));
  });
}

/** The head of a request that asks for the connection to be closed after its answer. */
export function headOf(method, path, headers, length) {
  const lines = [`${method} ${path} HTTP/1.1`, "host: fuzz.test", "connection: close"];
  lines.push(...headers.map(([name, value]) => `${name}: ${value}`));
  if (length > 0) lines.push(`content-length: ${length}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function parse(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first, ...lines] = bytes.subarray(0, end).toString("utf8").split("\r\n");
  const headers = new Response().headers;
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const rest = bytes.subarray(end + 4);
  const chunked = headers.get("transfer-encoding") === "chunked";
  return {
    status: Number(first.split(" ")[1]),
    headers,
    body: (chunked ? unchunk(rest) : rest).toString("utf8"),
  };
}

function unchunk(bytes) {
  const parts = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf("\r\n", at);
    const length = end < 0 ? 0 : parseInt(bytes.subarray(at, end).toString("latin1"), 16);
    if (!length) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}
