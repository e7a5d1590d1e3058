//! The program as a process: its exit after SIGTERM.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

/// Longer than any test waits.
const LONG_MS: &str = "3600000";

#[test]
fn server_that_never_listens_exits_on_sigterm() {
    assert_eq!(exit_code_after_sigterm("NEVER_LISTEN", "1"), Some(0));
}

#[test]
fn server_that_does_not_listen_yet_exits_on_sigterm() {
    assert_eq!(exit_code_after_sigterm("START_DELAY_MS", LONG_MS), Some(0));
}

/// Returns `None` if the server did not exit: without a handler, the signal kills it.
fn exit_code_after_sigterm(variable: &str, value: &str) -> Option<i32> {
    let mut server = Command::new(env!("CARGO_BIN_EXE_demo-server")).env(variable, value).spawn().unwrap();
    wait_until(|| handles_sigterm(&server));
    assert!(server.try_wait().unwrap().is_none(), "it exited before SIGTERM");
    let sent = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let mut status = None;
    wait_until(|| {
        status = server.try_wait().unwrap();
        status.is_some()
    });
    let _ = server.kill();
    status.and_then(|status| status.code())
}

/// Linux reports which signals a process handles. Other systems do not, so it waits instead.
fn handles_sigterm(server: &Child) -> bool {
    const SIGTERM: u32 = 15;
    let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", server.id())) else {
        thread::sleep(Duration::from_millis(500));
        return true;
    };
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (SIGTERM - 1)) != 0)
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() && since.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(5));
    }
}
