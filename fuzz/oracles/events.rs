//! A pool, its rows and a naive platform, under whatever happens. Each letter of
//! the input is something that happens, mostly with a letter or digit after it
//! that says to whom; every other byte is passed over.
//!
//! | | |
//! |---|---|
//! | `c` `C` | session *n* claims; claims with the configuration under way |
//! | `l` `L` | session *n* releases its container; a caller who waits goes away |
//! | `g` `h` `j` | the pool is configured anew, by this byte or the next: one option each |
//! | `+` | time passes |
//! | `a` `t` `d` | the alarm rings when it is due; the timer; a deadline is thought to be due |
//! | `o` `x` `y` | effect *n* ends well; it fails; it fails and yet has its effect |
//! | `i` `n` `u` | it ends well, and a look shows one that is idle; not ready; full |
//! | `e` `s` | what was told *n* events ago is told again; of another life |
//! | `k` `K` | the container that runs as *n* ends; and reports it |
//! | `r` `R` | somebody reports container *n*; garbage |
//! | `m` `p` `S` | the pool is to be full; the warm ones are shut down; all are |
//! | `q` | the figures are asked for |
//! | `w` `W` | memory is lost; the next commit is refused |

use std::rc::Rc;

use cf_warm_pool::pool::{Config, Event, FailureClass, Health, OnRelease, Refill, Rollout, WhenEmpty};

use super::model::{How, World};

/// Longest run: past this an input only repeats itself.
const EVENTS_MAX: usize = 300;

const PASSES_MS: [u64; 9] = [1, 50, 1_000, 5_000, 10_000, 30_000, 61_000, 700_000, 3_700_000];

/// What must never happen does not, after every event; and when the faults end
/// the pool comes to rest.
pub fn check(data: &[u8]) {
    let mut world = World::new();
    let mut config = Config { warm_target: 2, ..Config::default() };
    let mut bytes = data.iter().copied();
    let mut events = 0;
    while let Some(what) = bytes.next() {
        if !is_known(what) {
            continue;
        }
        events += 1;
        if events > EVENTS_MAX {
            break;
        }
        let n = if takes_one(what) { number(bytes.next()) } else { 0 };
        match what {
            b'c' => world.claim(n, None),
            b'C' => world.claim(n, Some(Rc::new(config.clone()))),
            b'l' => world.release(n),
            b'L' => world.leave(n),
            b'g' | b'h' | b'j' => {
                change(&mut config, what, n);
                world.configure(Rc::new(config.clone()));
            }
            b'+' => world.pass(PASSES_MS[n % PASSES_MS.len()]),
            b'a' => world.ring(),
            b't' => world.tick(),
            b'd' => world.tell(Event::DeadlineReached),
            b'o' => world.end(n, How::Well),
            b'x' => world.end(n, How::Failed),
            b'y' => world.end(n, How::FailedYetDone),
            b'i' => world.end(n, How::Idle),
            b'n' => world.end(n, How::Unready),
            b'u' => world.end(n, How::Full),
            b'e' => world.tell_again(n),
            b's' => world.tell_another_life(n),
            b'k' => world.die(n, false),
            b'K' => world.die(n, true),
            b'r' => world.report(n),
            b'R' => world.tell(Event::GarbageReported),
            b'm' => world.tell(Event::Primed { config: None }),
            b'p' => world.tell(Event::PrewarmedShutDown),
            b'S' => world.tell(Event::ShutDown),
            b'q' => world.tell(Event::StatsAsked),
            b'w' => world.lose_memory(),
            b'W' => world.refuse_commit(),
            b'1'..=b'5' => world.fail_with(FailureClass::ALL[usize::from(what - b'1')]),
            _ => {}
        }
    }
    world.come_to_rest();
}

fn is_known(what: u8) -> bool {
    takes_one(what) || b"atdRmpSqwW12345".contains(&what)
}

fn takes_one(what: u8) -> bool {
    b"cCghjlL+oxyinueskKr".contains(&what)
}

/// Digits count from 0, letters go on from 10; the end is 0.
fn number(byte: Option<u8>) -> usize {
    match byte {
        Some(byte @ b'0'..=b'9') => usize::from(byte - b'0'),
        Some(byte @ b'a'..=b'z') => usize::from(byte - b'a') + 10,
        Some(byte) => usize::from(byte),
        None => 0,
    }
}

fn change(config: &mut Config, what: u8, n: usize) {
    if what == b'j' {
        return change_further(config, n % 25);
    }
    match (what, n % 16) {
        (b'g', n @ 0..=5) => config.warm_target = n,
        (b'g', n @ 6..=9) => config.max_instances = [0, 1, 3, 6][n - 6],
        (b'g', n @ 10..=12) => config.start_concurrency = [1, 2, 6][n - 10],
        (b'g', n) => config.start_timeout_ms = [1_000, 5_000, 60_000][n - 13],
        (_, n @ 0..=2) => config.queue_timeout_ms = [0, 1_000, 10_000][n],
        (_, n @ 3..=5) => config.drain_timeout_ms = [0, 5_000, 30_000][n - 3],
        (_, n @ 6..=8) => config.verify_after_ms = [None, Some(0), Some(3_600_000)][n - 6],
        (_, 9) => config.enabled = !config.enabled,
        (_, 10) => {
            config.refill = if config.refill == Refill::Eager { Refill::Interval } else { Refill::Eager };
        }
        (_, n @ 11..=12) => config.refresh_interval_ms = [1_000, 60_000][n - 11],
        (_, 13) => config.assigned_check_interval_ms = 63_000 - config.assigned_check_interval_ms.min(60_000),
        (_, 14) => {
            config.health.timeout_ms = 100;
            config.health.unhealthy_after = 3 - config.health.unhealthy_after;
        }
        (_, _) => {
            let other = config.container_binding.is_none().then(|| "OTHER".to_owned());
            config.container_binding = other;
        }
    }
}

fn change_further(config: &mut Config, n: usize) {
    match n {
        0..=2 => config.when_empty = [WhenEmpty::Start, WhenEmpty::Wait, WhenEmpty::Fail][n],
        3..=5 => config.container_ttl_ms = [0, 60_000, 3_600_000][n - 3],
        6..=8 => config.lease_timeout_ms = [0, 1_000, 60_000][n - 6],
        9..=11 => config.on_release = OnRelease::ALL[n - 9],
        12..=14 => config.revision = [None, Some("v1"), Some("v2")][n - 12].map(Into::into),
        15..=17 => config.revision_order_ms = [None, Some(1), Some(2)][n - 15],
        18..=20 => {
            let (surge_max, unavailable_max) = [(1, 0), (0, 1), (2, 2)][n - 18];
            config.rollout = Rollout { surge_max, unavailable_max };
        }
        21..=22 => config.health.path = [None, Some("/ready")][n - 21].map(Into::into),
        23 => config.health.memory_permille_max = Some(900),
        _ => {
            let Health { path, timeout_ms, .. } = config.health.clone();
            config.health = Health { path, timeout_ms, ..Health::default() };
        }
    }
}
