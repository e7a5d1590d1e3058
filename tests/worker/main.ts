// The Worker under test, as a user has it.
export { default, WarmPool } from "../../dist/worker.js";
export { Placed, PlacedPool } from "./placed.ts";
export { Real } from "./real.ts";
export { Telling } from "./telling.ts";
export { Lost, Pooled, Tidy, ToldAfter, ToldAlone, ToldBefore } from "./pooled.ts";
