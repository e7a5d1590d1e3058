import type { Explanation } from "../types/explanation.js";
import type { Command } from "./command.js";
import { EXIT, type Report } from "./exit.js";
import { printable, table } from "./printable.js";

/** What the Worker tells of a session. */
type Told = Explanation & { session: string; runtime: string };

/** What a session holds, and where it was asked for, what happened to its containers. */
export function sessionReport(body: unknown, { name }: Command): Report {
  const told = body as Told;
  const { container } = told;
  const held =
    container === null ? "none: it has left" : `${container.name}, life ${container.generation}`;
  const text = [
    `session    ${printable(told.session)}`,
    `in logs    ${printable(told.digest)}`,
    `runtime    ${printable(told.runtime)}`,
    `container  ${printable(held)}`,
  ];
  if (name === "explain") text.push("", stepsOf(told), ...droppedOf(told));
  return { text: text.join("\n"), exit: EXIT.fine };
}

function stepsOf({ steps }: Told): string {
  const rows = steps.map((step) => [
    new Date(step.at).toISOString(),
    step.container,
    step.generation,
    step.to,
    step.cause,
    step.why,
  ]);
  return table(["at", "container", "life", "to", "cause", "why"], rows);
}

function droppedOf({ dropped }: Told): string[] {
  return dropped > 0 ? [`${dropped} earlier steps of all containers are not kept`] : [];
}
