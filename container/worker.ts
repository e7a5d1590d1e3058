// The Worker of the demo: the package's own, over containers that are simulated.
export { default, WarmPool } from "../dist/worker.js";
export { SimulatedContainer } from "./simulated.ts";
