// The Rust toolchain that is on PATH: there, new enough, and with the components a check needs.
import { atLeast, inRoot, minimumRust } from "./project.mjs";
import { ask } from "./run.mjs";
import { Trouble } from "./say.mjs";

/** The environment of cargo that compiles planted bugs (src/pool/planted.rs). */
export const PLANTED = { RUSTC_WORKSPACE_WRAPPER: inRoot("scripts/lib/rustc-planted.sh") };

export function ensureRust() {
  const version = ask("rustc", ["--version"])?.split(" ")[1];
  if (!version || ask("cargo", ["--version"]) === null) {
    throw new Trouble(
      `Rust is not installed: get version ${minimumRust()} or newer from rustup.rs.`,
    );
  }
  if (!atLeast(version, minimumRust())) {
    throw new Trouble(
      `Rust ${version} is too old, ${minimumRust()} is needed: run \`rustup update stable\`.`,
    );
  }
}

/** `rustfmt` and `clippy` are components that a minimal toolchain lacks. */
export function ensureRustComponents() {
  const missing = ["fmt", "clippy"].filter((name) => ask("cargo", [name, "--version"]) === null);
  if (missing.length === 0) return;
  throw new Trouble(
    `cargo ${missing.join(" and cargo ")} is missing: run \`rustup component add rustfmt clippy\`.`,
  );
}
