/** The wasm module of pool and client, and its running instance. */
import { Instance } from "./instance.js";
import * as wasm from "./wasm/index.js";

export { PoolClient, PoolObject } from "./wasm/index.js";

export const instance = new Instance(wasm);
