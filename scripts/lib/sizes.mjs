// How large the package is that a Worker carries, raw and as it travels: a Worker's size is limited
// after compression.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { inRoot } from "./project.mjs";
import { say } from "./say.mjs";
import { filesUnder } from "./stamp.mjs";

/** What the default Worker carries more. */
const OF_THE_WORKER = /^dist\/(dashboard\.js|worker\.js|wasm\/worker\/)/;

export function saySizes() {
  const files = filesUnder("dist").filter((file) =>
    /^(?!dist\/(cli|types)\/).*\.(js|wasm)$/.test(file),
  );
  const rows = files.map((file) => ({ file, ...sizeOf(file) }));
  const total = (name, of) => {
    const sum = (key) => of.reduce((total, row) => total + row[key], 0);
    return { file: name, raw: sum("raw"), gzipped: sum("gzipped") };
  };
  const isWorkers = ({ file }) => OF_THE_WORKER.test(file);
  rows.push(
    total(
      "cf-warm-pool",
      rows.filter((row) => !isWorkers(row)),
    ),
    total("cf-warm-pool/worker", rows),
  );
  const width = Math.max(...rows.map((row) => row.file.length));
  for (const { file, raw, gzipped } of rows) {
    say(`${file.padEnd(width)}  ${kilobytes(raw)}  ${kilobytes(gzipped)} gzipped`);
  }
}

function sizeOf(file) {
  const content = readFileSync(inRoot(file));
  return { raw: content.length, gzipped: gzipSync(content, { level: 9 }).length };
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
}
