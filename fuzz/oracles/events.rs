//! A pool, its rows and a naive platform, under whatever happens. Each letter of
//! the input is something that happens, mostly with a letter or digit after it
//! that says to whom; every other byte is passed over.
//!
//! | | |
//! |---|---|
//! | `c` `C` | session *n* claims; claims with the configuration under way |
//! | `g` `h` | the pool is configured anew, by this byte or the next: one option each |
//! | `+` | time passes |
//! | `a` `t` `d` | the alarm rings when it is due; the timer; a deadline is thought to be due |
//! | `o` `x` `y` | effect *n* ends well; it fails; it fails and yet has its effect |
//! | `e` `s` | what was told *n* events ago is told again; of another life |
//! | `k` `K` | the container that runs as *n* ends; and reports it |
//! | `r` `R` | somebody reports container *n*; garbage |
//! | `p` `q` | the warm ones are shut down; the figures are asked for |
//! | `w` `W` | memory is lost; the next commit is refused |

use std::rc::Rc;

use cf_warm_pool::pool::{Config, Event, FailureClass, Health, Refill};

use super::model::World;

/// Longest run: past this an input only repeats itself.
const EVENTS_MAX: usize = 300;

const PASSES_MS: [u64; 8] = [1, 50, 1_000, 5_000, 10_000, 30_000, 61_000, 700_000];

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
            b'g' | b'h' => {
                change(&mut config, what, n);
                world.configure(Rc::new(config.clone()));
            }
            b'+' => world.pass(PASSES_MS[n % PASSES_MS.len()]),
            b'a' => world.ring(),
            b't' => world.tick(),
            b'd' => world.tell(Event::DeadlineReached),
            b'o' => world.end(n, true, true),
            b'x' => world.end(n, false, false),
            b'y' => world.end(n, false, true),
            b'e' => world.tell_again(n),
            b's' => world.tell_another_life(n),
            b'k' => world.die(n, false),
            b'K' => world.die(n, true),
            b'r' => world.report(n),
            b'R' => world.tell(Event::GarbageReported),
            b'p' => world.tell(Event::PrewarmedShutDown),
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
    takes_one(what) || b"atdRpqwW12345".contains(&what)
}

fn takes_one(what: u8) -> bool {
    b"cCgh+oxyeskKr".contains(&what)
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
            config.health = Health { timeout_ms: 100, unhealthy_after: 3 - config.health.unhealthy_after }
        }
        (_, _) => {
            let other = config.container_binding.is_none().then(|| "OTHER".to_owned());
            config.container_binding = other;
        }
    }
}
