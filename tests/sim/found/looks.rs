//! Looks that end together, and the clock that is put back between two.

use std::rc::Rc;

use cf_warm_pool::pool::{ClaimId, Command, Config, Event, Health, Pool, Reply, Seen, Session};

use super::{Names, sends_destroy};
use crate::happening::failure;

/// Seed 103880130735640: two looks are never answered and given up together,
/// one at the session's container, one at the warm container its claim gets
/// instead. Seen to fail: the claim was answered with a container that the same
/// event destroyed.
pub fn looks_given_up_together() -> Result<(), String> {
    let health = Health { unhealthy_after: 1, ..Config::default().health };
    let config = Config { warm_target: 2, verify_after_ms: Some(0), health, ..Config::default() };
    let mut pool = Pool::default();
    let mut names = Names(0);
    pool.handle(0, &mut names, Event::Woke);
    let claim = |number, config| {
        let session = Session::new("alice").expect("five letters");
        Event::Claimed { claim: ClaimId(number), session, config }
    };
    pool.handle(0, &mut names, claim(1, Some(Rc::new(config))));
    let lives: Vec<_> = pool.containers().map(|container| container.life()).collect();
    for life in &lives {
        pool.handle(1_000, &mut names, Event::StartSucceeded { life: *life });
    }
    // Alice holds the first. A look at it, then at the other two, of whom the last answers.
    pool.handle(11_000, &mut names, claim(2, None));
    pool.handle(11_001, &mut names, Event::DeadlineReached);
    let answered =
        Event::Probed { life: lives[2], asked_at_ms: 11_001, seen: Seen::Alive, renewal_failed: false };
    pool.handle(11_002, &mut names, answered);
    let decision = pool.handle(60_000, &mut names, Event::DeadlineReached);
    let [Reply { result: Ok(grant), .. }] = decision.replies.as_slice() else {
        return Err(format!("alice is not served: {decision:?}"));
    };
    let held = pool.containers().any(|container| container.id == grant.id && container.session().is_some());
    if held { Ok(()) } else { Err(format!("alice got a container that is not hers: {decision:?}")) }
}

/// Seed 20262687: looks at the containers of two sessions are given up
/// together, and one warm container is there. Seen to fail: it went to the
/// session that asked later, whose container's id came first.
pub fn looks_given_up_in_order() -> Result<(), String> {
    let health = Health { unhealthy_after: 1, ..Config::default().health };
    let config = Config { warm_target: 1, verify_after_ms: Some(0), health, ..Config::default() };
    let mut pool = Pool::default();
    let mut names = Names(0);
    pool.handle(0, &mut names, Event::Woke);
    let claim = |number, name: &str, config| {
        let session = Session::new(name).expect("a few letters");
        Event::Claimed { claim: ClaimId(number), session, config }
    };
    pool.handle(0, &mut names, claim(1, "alice", Some(Rc::new(config))));
    let start_all = |pool: &mut Pool, names: &mut Names| {
        let lives: Vec<_> = pool.containers().map(|container| container.life()).collect();
        for life in &lives {
            pool.handle(1_000, names, Event::StartSucceeded { life: *life });
        }
        lives
    };
    start_all(&mut pool, &mut names);
    pool.handle(1_000, &mut names, claim(2, "bob", None));
    let lives = start_all(&mut pool, &mut names);
    // Bob, who has the second, asks before Alice, who has the first; the warm one answers.
    pool.handle(11_000, &mut names, claim(3, "bob", None));
    pool.handle(11_000, &mut names, claim(4, "alice", None));
    pool.handle(11_001, &mut names, Event::DeadlineReached);
    let answered =
        Event::Probed { life: lives[2], asked_at_ms: 11_001, seen: Seen::Alive, renewal_failed: false };
    pool.handle(11_002, &mut names, answered);
    let decision = pool.handle(60_000, &mut names, Event::DeadlineReached);
    match decision.replies.as_slice() {
        [Reply { claim: ClaimId(3), result: Ok(_) }] => Ok(()),
        _ => Err(format!("not bob alone is served: {decision:?}")),
    }
}

/// Seed 701454: an answer, the clock is put back, and then no look at anything
/// is answered. Seen to fail: the old answer passed for one that came meanwhile,
/// and a container was dropped for the platform's silence.
pub fn clock_put_back() -> Result<(), String> {
    let health = Health { unhealthy_after: 1, ..Config::default().health };
    let config = Config { warm_target: 1, health: health.clone(), ..Config::default() };
    let mut pool = Pool::default();
    let mut names = Names(0);
    pool.handle(900_000, &mut names, Event::Woke);
    let decision = pool.handle(900_000, &mut names, Event::Configured { config: Rc::new(config) });
    let Some(Command::Start { life, .. }) = decision.commands.first().cloned() else {
        return Err(format!("nothing starts: {decision:?}"));
    };
    let seen = |seen| Event::Probed { life, asked_at_ms: 0, seen, renewal_failed: false };
    pool.handle(901_000, &mut names, Event::StartSucceeded { life });
    pool.handle(911_000, &mut names, Event::DeadlineReached);
    pool.handle(911_001, &mut names, seen(Seen::Alive));
    // Back by ten minutes; a shorter interval makes the next look due.
    let shorter = Config { warm_target: 1, health, refresh_interval_ms: 1_000, ..Config::default() };
    pool.handle(300_000, &mut names, Event::Configured { config: Rc::new(shorter) });
    pool.handle(301_000, &mut names, Event::DeadlineReached);
    let silence = Seen::Unknown(failure("no answer within 5000 ms"));
    let decision = pool.handle(306_000, &mut names, seen(silence));
    let dropped = decision.commands.iter().any(|command| sends_destroy(command, life, true));
    if dropped { Err(format!("silence dropped a container: {decision:?}")) } else { Ok(()) }
}
