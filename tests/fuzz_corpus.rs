//! What the fuzzer found worth keeping, and what once failed, without the fuzzer:
//! every file of its corpus through the oracle it belongs to.
#![allow(clippy::panic, reason = "an oracle that does not hold has failed")]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/oracles/mod.rs"]
mod oracles;

use oracles::TARGETS;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn replay(target: &str) {
    let Some((_, check)) = TARGETS.into_iter().find(|(name, _)| *name == target) else {
        panic!("there is no target {target}")
    };
    let files = files(&corpus().join(target));
    assert!(files.len() >= 5, "the corpus of {target} has {} files", files.len());
    for file in files {
        let Ok(input) = fs::read(&file) else { panic!("{} cannot be read", file.display()) };
        let outcome = std::panic::catch_unwind(|| check(&input));
        assert!(outcome.is_ok(), "{}", file.display());
    }
}

#[test]
fn claim_answer_corpus_holds() {
    replay("claim_answer");
}

#[test]
fn config_corpus_holds() {
    replay("config");
}

#[test]
fn events_corpus_holds() {
    replay("events");
}

#[test]
fn hint_corpus_holds() {
    replay("hint");
}

#[test]
fn identity_corpus_holds() {
    replay("identity");
}

#[test]
fn platform_error_corpus_holds() {
    replay("platform_error");
}

#[test]
fn request_corpus_holds() {
    replay("request");
}

#[test]
fn rows_corpus_holds() {
    replay("rows");
}

#[test]
fn usage_corpus_holds() {
    replay("usage");
}

#[test]
fn every_folder_of_the_corpus_has_an_oracle() {
    for folder in files(&corpus()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(TARGETS.iter().any(|(target, _)| *target == name), "{name}");
    }
}
