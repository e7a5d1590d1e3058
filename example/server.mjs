// The program in the container: says which container it is, and whose request it got.
import { createServer } from "node:http";
import { hostname } from "node:os";

const server = createServer((request, response) => {
  const answer = { container: hostname(), session: request.headers["x-session-id"] ?? null };
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify(answer)}\n`);
});
server.listen(8080);

// The first process of a container ignores what it does not handle.
process.on("SIGTERM", () => process.exit());
