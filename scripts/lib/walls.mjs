// Which parts of the crate may not know which others. The compiler cannot say this: a native build
// lacks the platform's crates, but not serde, a clock or a neighbouring module.
import { readFileSync } from "node:fs";
import { inRoot } from "./project.mjs";
import { filesUnder } from "./stamp.mjs";

const PLATFORM = ["worker", "wasm_bindgen", "wasm_bindgen_futures", "js_sys", "web_sys"];

const walls = [
  {
    why: "the decisions know no JS, JSON, clock or randomness",
    inside: ["src/pool", "src/route.rs", "src/route", "src/runtimes.rs"],
    crates: [...PLATFORM, "serde", "serde_json", "futures"],
    paths: [
      "std::time::Instant",
      "std::time::SystemTime",
      "new_v4",
      "crate::runtime",
      "crate::store",
    ],
  },
  {
    why: "the store is tested natively, on real SQLite",
    inside: ["src/store"],
    crates: PLATFORM,
    paths: ["crate::runtime"],
  },
];

/** Every place that reaches through a wall, as `file:line: what (why)`. */
export function breaches() {
  return walls.flatMap((wall) =>
    wall.inside
      .flatMap(filesUnder)
      .filter((file) => file.endsWith(".rs"))
      .flatMap((file) => breachesIn(readFileSync(inRoot(file), "utf8"), wall, file)),
  );
}

/** The breaches of one wall in the text of one file. */
export function breachesIn(text, { crates, paths, why }, file) {
  return text.split("\n").flatMap((line, index) => {
    const code = line.replace(/\/\/.*/, "");
    const found =
      crates.find((name) => namesCrate(code, name)) ?? paths.find((path) => code.includes(path));
    return found ? [`${file}:${index + 1}: ${found} (${why})`] : [];
  });
}

/** A crate is named where a path begins, or by `use` or `extern crate` alone. */
function namesCrate(code, name) {
  return (
    new RegExp(`(^|[^\\w:])${name}::`).test(code) ||
    new RegExp(`\\b(use|extern crate)\\s+${name}\\b`).test(code)
  );
}
