// The default Worker over simulated containers of two runtimes, whose starts fail when told to.
import { SimulatedContainer } from "../../container/simulated.ts";

export { default, WarmPool } from "../../dist/worker.js";

/** What starts fail with, if they do: one to all containers of this Worker. */
let problem = null;

export class PythonContainer extends SimulatedContainer {
  async beforeStart() {
    if (problem !== null) throw new Error(problem);
    return super.beforeStart();
  }

  /** Not of the real class: what the next starts fail with; null: with nothing. */
  async failStarts(message) {
    problem = message;
  }
}

export class NodeContainer extends SimulatedContainer {}
