// The Worker under test, as a user has it.
export { default, WarmPool } from "../../dist/worker.js";
