// Wasm where rustup cannot fetch: Debian's rustc comes with the sources of `std`, which cargo then
// compiles for wasm together with the crate.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { ensureDebianPackages, hasApt } from "./apt.mjs";
import { cacheDir, inRoot, WASM_TARGET } from "./project.mjs";
import { ask } from "./run.mjs";
import { Trouble } from "./say.mjs";

const PACKAGES = ["rustc-web", "cargo-web", "rust-web-src"];
const CLIPPY_PACKAGE = "rust-web-clippy";
const LINKER_PACKAGE = "lld";

/** What a wasm build with Debian's Rust needs in its environment and first on its PATH. */
export async function debianToolchain() {
  await ensureInstalled(PACKAGES);
  createTargetFolder();
  const extra = {
    RUSTC_BOOTSTRAP: "1",
    CARGO_UNSTABLE_BUILD_STD: "std,panic_abort",
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: await ensureLinker(),
    // A folder of its own, or each compiler would undo the other's work.
    CARGO_TARGET_DIR: inRoot("target", "debian"),
  };
  return { extra, pathFirst: [linkTools()] };
}

/** Installs Debian's clippy if that can be done; says whether it is there. */
export async function debianHasClippy() {
  try {
    await ensureInstalled([CLIPPY_PACKAGE]);
    linkTools();
    return true;
  } catch (error) {
    if (error instanceof Trouble) return false;
    throw error;
  }
}

/** It comes with rustc, and must be of the same version. */
export function debianHasRustdoc() {
  return existsSync(join(linkTools(), "rustdoc"));
}

async function ensureInstalled(packages) {
  if (!hasApt()) {
    throw new Trouble(
      `Rust's ${WASM_TARGET} target is missing: run \`rustup target add ${WASM_TARGET}\`.`,
    );
  }
  await ensureDebianPackages(packages, "Debian's Rust for wasm");
}

/** A folder with Debian's tools alone, so that /usr/bin as a whole need not come first on PATH. */
function linkTools() {
  const folder = join(cacheDir, "debian-rust");
  mkdirSync(folder, { recursive: true });
  for (const name of ["rustc", "cargo", "cargo-clippy", "clippy-driver", "rustdoc"]) {
    rmSync(join(folder, name), { force: true });
    if (existsSync(join("/usr/bin", name))) symlinkSync(join("/usr/bin", name), join(folder, name));
  }
  return folder;
}

/** worker-build checks for this folder; it stays empty, since `std` is built with the crate. */
function createTargetFolder() {
  const folder = ask("/usr/bin/rustc", ["--print", "target-libdir", "--target", WASM_TARGET]);
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    throw new Trouble(`worker-build wants an empty folder: run \`sudo mkdir -p ${folder}\`.`);
  }
}

/** Debian's rustc brings no linker for wasm, but each rustup toolchain does, and so does lld. */
async function ensureLinker() {
  const linker = rustupLinker() ?? lldOnPath();
  if (linker) return linker;
  await ensureInstalled([LINKER_PACKAGE]);
  return lldOnPath();
}

function rustupLinker() {
  const toolchains = join(process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"), "toolchains");
  if (!existsSync(toolchains)) return undefined;
  return readdirSync(toolchains)
    .flatMap((toolchain) => {
      const hosts = join(toolchains, toolchain, "lib", "rustlib");
      if (!existsSync(hosts)) return [];
      return readdirSync(hosts).map((host) => join(hosts, host, "bin", "rust-lld"));
    })
    .find((file) => existsSync(file));
}

function lldOnPath() {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/wasm-ld(-\d+)?$/.test(file));
}
