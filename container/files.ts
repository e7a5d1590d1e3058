import { bytesOf, refusal } from "./http.ts";

/** Most files of one instance, the most bytes of each, and of the UTF-8 of its name. */
export const FILES_MAX = 32;
export const FILE_BYTES_MAX = 65_536;
export const FILE_NAME_BYTES_MAX = 128;

const PREFIX = "instance/file/";

/** The file system of an instance: what a session leaves behind in it can be looked for. */
export class Files {
  readonly #kv: SyncKvStorage;

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  read(name: string): Uint8Array | undefined {
    return this.#kv.get<Uint8Array>(PREFIX + name);
  }

  /** False if it would be one more file than there may be. */
  write(name: string, bytes: Uint8Array): boolean {
    const keys = this.#keys();
    const key = PREFIX + name;
    if (keys.length >= FILES_MAX && !keys.includes(key)) return false;
    this.#kv.put(key, bytes);
    return true;
  }

  clear(): void {
    for (const key of this.#keys()) this.#kv.delete(key);
  }

  #keys(): string[] {
    return Array.from(this.#kv.list({ prefix: PREFIX }), ([key]) => key);
  }
}

/** `GET` and `PUT /files/<name>`. Nothing is written for an instance that is `gone`. */
export async function serveFile(
  request: Request,
  files: Files,
  gone: AbortSignal,
): Promise<Response> {
  const name = fileName(request);
  if (name === undefined) {
    return refusal(400, `a file is named by 1 to ${FILE_NAME_BYTES_MAX} bytes of UTF-8`);
  }
  switch (request.method) {
    case "GET": {
      const bytes = files.read(name);
      if (!bytes) return refusal(404, `there is no file ${name}`);
      return new Response(bytes, { headers: { "content-type": "application/octet-stream" } });
    }
    case "PUT": {
      const bytes = await bytesOf(request, FILE_BYTES_MAX);
      gone.throwIfAborted();
      if (!bytes) return refusal(413, `a file has at most ${FILE_BYTES_MAX} bytes`);
      if (files.write(name, bytes)) return new Response(null, { status: 204 });
      return refusal(507, `there are ${FILES_MAX} files, and no room for one more`);
    }
    default:
      return refusal(405, "a file takes GET and PUT", { allow: "GET, PUT" });
  }
}

/** What follows `/files/`, slashes included; undefined if it is no name. */
function fileName(request: Request): string | undefined {
  try {
    const name = decodeURIComponent(new URL(request.url).pathname.slice("/files/".length));
    const size = new TextEncoder().encode(name).byteLength;
    return size >= 1 && size <= FILE_NAME_BYTES_MAX ? name : undefined;
  } catch {
    // A percent sign that encodes nothing.
    return undefined;
  }
}
