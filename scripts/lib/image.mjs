// What goes into the images: static programs, since nothing else is in an image FROM scratch.
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { note, step } from "./progress.mjs";
import { inRoot } from "./project.mjs";
import { ask, childEnv, run } from "./run.mjs";
import { Trouble } from "./say.mjs";
import { fingerprint, isDone, markDone } from "./stamp.mjs";

/** The folder of a crate, its program, and the folder with which its image is built. */
export const SERVER = {
  crate: "container/server",
  program: "demo-server",
  context: ".cache/image",
};
export const SIDECAR = {
  crate: "tests/e2e/sidecar",
  program: "sidecar",
  context: ".cache/sidecar",
};

const USUAL_MS = 60_000;

/** Crates that are no part of the package, each a workspace of its own. */
export const IMAGE_CRATES = [SERVER.crate, SIDECAR.crate];

/** Where they are compiled. */
export const imageEnv = () => childEnv({ extra: { CARGO_TARGET_DIR: inRoot("target/container") } });

/** Compiles the program and puts it where its image is built from. */
export async function buildProgram({ crate, program, context }) {
  const { target, flags } = await staticTarget();
  const print = fingerprint([`${crate}/src`, `${crate}/Cargo.toml`, `${crate}/Cargo.lock`], {
    target,
    flags,
    rustc: ask("rustc", ["--version"]),
  });
  if (isDone(program, print, [`${context}/${program}`])) {
    return note(`${program}: unchanged, skipped`);
  }
  const env = { ...imageEnv(), RUSTFLAGS: flags };
  const args = ["build", "--release", "--locked", "--target", target];
  await step(`building ${program}`, USUAL_MS, (exec) =>
    exec("cargo", args, { cwd: inRoot(crate), env }),
  );
  mkdirSync(inRoot(context), { recursive: true });
  const built = inRoot("target/container", target, "release", program);
  copyFileSync(built, join(inRoot(context), program));
  markDone(program, print);
}

/** Linux builds for itself; anything else for the platform's machines, which engines can run. */
async function staticTarget() {
  const host = ask("rustc", ["-vV"])?.match(/^host: (.+)$/m)?.[1] ?? "";
  if (host.includes("-linux-")) return { target: host, flags: "-C target-feature=+crt-static" };
  const target = "x86_64-unknown-linux-musl";
  await addTarget(target);
  // Rust's own linker, and what it ships of musl: no C compiler for Linux is needed.
  return { target, flags: "-C linker=rust-lld -C link-self-contained=yes" };
}

async function addTarget(target) {
  const { code } = await run("rustup", ["target", "add", target], { quiet: true });
  if (code !== 0) {
    throw new Trouble(`Rust's ${target} target is missing: run \`rustup target add ${target}\`.`);
  }
}
