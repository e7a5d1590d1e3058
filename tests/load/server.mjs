// The Worker of the load test in workerd, asked over HTTP.
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE } from "../worker/platform/bundle.mjs";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));

/**
 * Serves it while `body(ask)` runs; `ask(path, session?)` answers JSON, `ask.text(path)` text, or
 * they throw.
 */
export async function withServer({ bootScale, folder }, body) {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      logRequests: false,
      resourcePersistencePath: folder,
      name: "loaded",
      compatibilityDate: COMPATIBILITY_DATE,
      modules: await bundle(WORKER),
      bindings: { SIMULATED_BOOT_SCALE: String(bootScale) },
      durableObjects: {
        WARM_POOL: { className: "WarmPool", useSQLite: true },
        CONTAINER: { className: "CountedContainer", useSQLite: true },
      },
    }),
  );
  try {
    const url = await miniflare.ready;
    const text = (path, session) => ask(new URL(path, url), session);
    const json = async (path, session) => JSON.parse(await text(path, session));
    return await body(Object.assign(json, { text }));
  } finally {
    await miniflare.dispose();
  }
}

async function ask(url, session) {
  const headers = session === undefined ? {} : { "x-session-id": session };
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status} ${text}`);
  return text;
}
