// The READMEs' code is code that is compiled and run. A comment before a fence names where it is
// from: `<!-- example/src/index.ts#worker -->` is the region `worker` of that file.

const FENCE = /(?:<!-- (\S+?)#(\S+) -->\n+)?^```(\w*)\n([\s\S]*?)^```$/gm;

/** The fenced blocks of a Markdown text: `{ file, region, language, code }`, the first two if named. */
export function snippetsOf(markdown) {
  return [...markdown.matchAll(FENCE)].map(([, file, region, language, code]) => ({
    file,
    region,
    language,
    code,
  }));
}

/** The lines between `#region name` and the next `#endregion`, without their common indentation. */
export function regionOf(text, name) {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.trimEnd().endsWith(`#region ${name}`));
  const last = lines.findIndex((line, at) => at > first && line.trimEnd().endsWith("#endregion"));
  if (first < 0 || last < 0) return undefined;
  const inside = lines.slice(first + 1, last);
  const indents = inside.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return inside.map((line) => `${line.slice(indent)}\n`).join("");
}
