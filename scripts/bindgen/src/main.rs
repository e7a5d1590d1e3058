//! Makes the JavaScript around a compiled crate: the part of the `wasm-bindgen` command that
//! scripts/lib/build-wasm.mjs and worker-build use, with the same flags and the same output.

use std::{error::Error, ffi::OsString, path::PathBuf, process::ExitCode};

use lexopt::{
    Arg::{Long, Value},
    Parser, ValueExt,
};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindgen failed: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Parser) -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.module(true)?;
    let mut input: Option<PathBuf> = None;
    let mut out_dir: Option<PathBuf> = None;
    while let Some(arg) = args.next()? {
        match arg {
            Value(path) if input.is_none() => input = Some(path.into()),
            Long("out-dir") => out_dir = Some(args.value()?.into()),
            Long("out-name") => {
                bindgen.out_name(&args.value()?.string()?);
            }
            Long("target") => check_target(args.value()?)?,
            Long("typescript") => {
                bindgen.typescript(true);
            }
            Long("no-typescript") => {
                bindgen.typescript(false);
            }
            Long("experimental-reset-state-function") => {
                bindgen.reset_state_function(true);
            }
            Long("force-enable-abort-handler") => {
                bindgen.force_enable_abort_handler(true);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let input = input.ok_or("missing input (the path of a .wasm file)")?;
    let out_dir = out_dir.ok_or("missing option --out-dir (the folder of the output)")?;
    Ok(bindgen.input_path(input).generate(out_dir)?)
}

fn check_target(target: OsString) -> Result<(), String> {
    if target == "module" {
        return Ok(());
    }
    let target = target.display();
    Err(format!("unknown target {target} (only module is known)"))
}
