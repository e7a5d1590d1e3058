// The Rust Worker of the example with the pool and the containers in the same Worker, as the crate's
// docs say: a file that exports the classes beside what worker-build made.
export { WarmPool } from "../../dist/index.js";
export { SimulatedContainer } from "../../container/simulated.ts";
export { default } from "../../example/rust/build/index.js";
