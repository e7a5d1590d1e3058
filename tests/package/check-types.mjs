// Compiles the Workers of a user's project with one version of TypeScript, once for each way in
// which modules are resolved. In one process, since what they share is read once.
import { createRequire } from "node:module";

const [name] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(name);

const RESOLUTIONS = [
  { module: "Node16", moduleResolution: "Node16" },
  { module: "NodeNext", moduleResolution: "NodeNext" },
  // With the runtime's types as wrangler generates them, which Node's resolution refuses.
  { module: "ESNext", moduleResolution: "Bundler", isGenerated: true },
];

const read = new Map();

for (const worker of ["local", "remote"]) {
  for (const { module, moduleResolution, isGenerated } of RESOLUTIONS) {
    const options = {
      ...{ strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noEmit: true },
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2023.d.ts"],
      types: isGenerated ? [] : ["@cloudflare/workers-types"],
      module: ts.ModuleKind[module],
      moduleResolution: ts.ModuleResolutionKind[moduleResolution],
    };
    const files = [`${worker}/index.ts`, `${worker}/${isGenerated ? "all" : "env"}.d.ts`];
    const host = hostOf(options);
    const errors = ts.getPreEmitDiagnostics(ts.createProgram(files, options, host));
    const text = ts.formatDiagnostics(errors, host);
    console.log(`${worker}, ${moduleResolution}: ${text || "no error"}`);
  }
}

/** A host that reads what does not depend on the options once. */
function hostOf(options) {
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...rest) => {
    if (!/\/(typescript|workers-types)[^/]*\/.*\.d\.ts$/.test(file))
      return getSourceFile(file, ...rest);
    if (!read.has(file)) read.set(file, getSourceFile(file, ...rest));
    return read.get(file);
  };
  return host;
}
