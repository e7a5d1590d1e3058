// What the routes of the server in a simulated container share.

/** The bytes of a body, or undefined if there are more than `max`: no more than that is read. */
export async function bytesOf(request: Request, max: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(max);
  let size = 0;
  if (request.body) {
    for await (const chunk of request.body as ReadableStream<Uint8Array>) {
      if (size + chunk.byteLength > max) return undefined;
      bytes.set(chunk, size);
      size += chunk.byteLength;
    }
  }
  return bytes.slice(0, size);
}

export function refusal(status: number, error: string, headers: HeadersInit = {}): Response {
  return Response.json({ error }, { status, headers });
}

/** What is answered for an instance that ended in the middle of a request. */
export function disconnected(): Response {
  return new Response("Container suddenly disconnected, try again", { status: 500 });
}
