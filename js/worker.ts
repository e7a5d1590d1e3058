/** The default Worker: what `wrangler deploy` puts up. */
import { dashboard } from "./dashboard.js";
import { Instance, isTrap } from "./instance.js";
import * as wasm from "./wasm/worker/index.js";

export { WarmPool } from "./pool.js";

const instance = new Instance(wasm);

const worker: ExportedHandler = {
  fetch: (request, env, ctx) => run(() => wasm.fetch(request, env, ctx, dashboard)),
  scheduled: (event, env, ctx) => run(() => wasm.scheduled(event, env, ctx)),
};
export default worker;

/** Calls the running wasm instance, and ends it if it traps. */
async function run<T>(call: () => Promise<T>): Promise<T> {
  instance.current();
  try {
    return await instance.settled(call());
  } catch (error) {
    if (isTrap(error)) instance.end();
    throw error;
  }
}
