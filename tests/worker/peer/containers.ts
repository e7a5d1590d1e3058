// What `@cloudflare/containers` is to the quoted code.
export { SimulatedContainer as Container } from "../../../container/simulated.ts";
