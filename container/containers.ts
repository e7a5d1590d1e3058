// The Worker of the demo: the package's own, over real containers.
export { default, WarmPool } from "../dist/worker.js";
export { DemoContainer } from "./demo.ts";
