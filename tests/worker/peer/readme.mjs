// What a README tells its users to write, as the project they then have.
import { transformSync } from "esbuild";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { cacheDir } from "../../../scripts/lib/project.mjs";
import { snippetsOf } from "../../../scripts/lib/snippets.mjs";

const HERE = import.meta.dirname;

/** Where the packages of the quoted code are: its `import` lines are all that is changed. */
export const PACKAGES = {
  "cf-container-warm-pool": join(HERE, "../../../dist/index.js"),
  "@cloudflare/containers": join(HERE, "containers.ts"),
  "@cloudflare/sandbox": join(HERE, "sandbox.ts"),
};

/** What a configuration has to have that a README leaves out. */
const LEFT_OUT = { name: "my-app", main: "src/index.ts", compatibility_date: "2025-01-13" };

/**
 * Writes the project of a README: the Worker and the wrangler.jsonc of those sections as they stand,
 * and its other TypeScript in `pieces.js`, each section a function of that name.
 *
 * @returns the folder
 */
export function project(name, { file, worker = "worker", wrangler = "wrangler" }) {
  const sections = sectionsOf(file);
  const folder = join(cacheDir, "peer", name);
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src/index.ts"), sections.get(worker).code);
  // Nobody builds it, but wrangler wants the image's Dockerfile to be there.
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
  const { config } = ts.parseConfigFileTextToJson("", sections.get(wrangler).code);
  writeFileSync(join(folder, "wrangler.jsonc"), JSON.stringify({ ...LEFT_OUT, ...config }));
  const pieces = [...sections].filter(([, { language, code }]) => isPiece(language, code));
  writeFileSync(join(folder, "pieces.js"), functionsOf(pieces));
  return folder;
}

/** The snippets of a file by their headings. */
export function sectionsOf(file) {
  const [, ...sections] = readFileSync(join(HERE, file), "utf8").split(/^## /m);
  return new Map(sections.map((text) => [text.split("\n")[0], snippetsOf(text)[0]]));
}

/** Statements from the middle of a function. */
function isPiece(language, code) {
  return language === "ts" && !code.includes("import ");
}

/** Each piece in a function that has what the README has at hand there, and returns what it makes. */
function functionsOf(pieces) {
  const functions = pieces.map(([name, { code }]) => {
    const inside = code.replace(/^export (?=interface)/gm, "");
    const made = [...code.matchAll(/^const (\w+)/gm)].map(([, variable]) => variable);
    const body = `{{ ${inside}\nreturn { ${made.join(", ")} }; }}`;
    return `${JSON.stringify(name)}: async function (this: any, { env, pool, request }: any) ${body}`;
  });
  const source = `import { createWarmPool, getWarmPool } from "cf-container-warm-pool";
    export const pieces = { ${functions.join(",\n")} };`;
  return transformSync(source, { loader: "ts" }).code;
}
