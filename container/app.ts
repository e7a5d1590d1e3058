// The HTTP server that runs in a simulated container.
import { serveFile, type Files } from "./files.ts";
import { serveHealth, type Health, type HealthOverride } from "./health.ts";
import { disconnected, refusal } from "./http.ts";

/** What a container can say about itself. */
export interface Identity {
  /** The Durable Object's id, 64 hex digits. */
  container: string;
  /** The name that id was made from, if the runtime knows it. */
  name: string | null;
  /** Which start of this container is running; the first is 1. */
  boot: number;
  /** When it started, ms since 1970. */
  started_at: number;
}

/** The instance that the server runs in. */
export interface Host {
  identity: Identity;
  files: Files;
  health: Health;
  /** Asked at each `GET /health`. */
  healthOverride: () => Promise<HealthOverride>;
}

/** Most chunks that `/stream` sends, and the longest time between two. */
const CHUNKS_MAX = 10_000;
const PAUSE_MAX_MS = 60_000;

/** What a request has to do with the container's object. */
export interface Activity {
  /** Says when the instance is gone, and with it whatever was still to be answered. */
  gone: AbortSignal;
  /** A WebSocket message came in. */
  active: () => void;
  /** The answer is complete, the WebSocket closed, or the client gone. */
  ended: () => void;
}

/** Answers one request. */
export async function serve(request: Request, host: Host, activity: Activity): Promise<Response> {
  const upgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (upgrade && new URL(request.url).pathname === "/ws") return echoSocket(activity);
  let response: Response;
  try {
    response = await answer(request, host, activity.gone);
  } catch (error) {
    activity.ended();
    if (!activity.gone.aborted) throw error;
    return disconnected();
  }
  if (!response.body) {
    activity.ended();
    return response;
  }
  const { readable, writable } = new IdentityTransformStream();
  // A reader that goes away also ends the answer, and there is nobody to tell.
  const { ended, gone: signal } = activity;
  void response.body.pipeTo(writable, { signal }).then(ended, ended);
  return new Response(readable, response);
}

async function answer(request: Request, host: Host, gone: AbortSignal): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname.startsWith("/files/")) return serveFile(request, host.files, gone);
  switch (url.pathname) {
    case "/whoami":
      return Response.json({ ...host.identity, session: request.headers.get("x-session-id") });
    case "/health":
      return serveHealth(request, host.health, host.healthOverride, gone);
    case "/echo":
      return echo(request);
    case "/stream":
      return stream(url.searchParams);
    case "/ws":
      return refusal(426, "a WebSocket upgrade was expected");
    default:
      return refusal(404, `there is nothing at ${url.pathname}`);
  }
}

/** The body goes back as it comes in: the first bytes are answered before the last have arrived. */
function echo(request: Request): Response {
  const type = request.headers.get("content-type") ?? "application/octet-stream";
  return new Response(request.body, { headers: { "content-type": type } });
}

/** `?chunks=N&ms=M`: N numbered lines, M ms apart. */
function stream(query: URLSearchParams): Response {
  const chunks = bounded(query.get("chunks"), 3, CHUNKS_MAX);
  const pauseMs = bounded(query.get("ms"), 100, PAUSE_MAX_MS);
  const encoder = new TextEncoder();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent > 0) await new Promise((done) => setTimeout(done, pauseMs));
      if (sent < chunks) controller.enqueue(encoder.encode(`chunk ${++sent} of ${chunks}\n`));
      if (sent >= chunks) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/plain; charset=utf-8" } });
}

function echoSocket({ active, ended, gone }: Activity): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.addEventListener("message", ({ data }) => {
    active();
    server.send(data as string | ArrayBuffer);
  });
  server.addEventListener("error", ended);
  server.addEventListener("close", ({ code }) => {
    ended();
    // 1005 and 1006 stand for a missing code and cannot be sent.
    server.close(code === 1005 || code === 1006 ? 1000 : code);
  });
  // 1006, which the client of a container that dies gets to see, cannot be sent.
  gone.addEventListener("abort", () => server.close(1011, "Container suddenly disconnected"));
  return new Response(null, { status: 101, webSocket: client });
}

/** A whole number from 0 to `max`, or `standard` if the query names none. */
function bounded(text: string | null, standard: number, max: number): number {
  const value = text === null ? standard : Math.trunc(Number(text));
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), max) : standard;
}
