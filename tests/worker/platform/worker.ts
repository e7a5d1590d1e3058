// The Worker that holds the simulated platform. It is not the Worker under test: the test runner
// takes each call to an object of that one through wrappers, which a thousand containers would feel.
export { NodeContainer, PythonContainer, TestContainer } from "./container.ts";
export { Platform } from "./platform.ts";
export { Sleeper } from "./sleeper.ts";

export default {
  fetch: () => new Response("only Durable Objects here", { status: 404 }),
} satisfies ExportedHandler;
