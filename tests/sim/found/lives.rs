//! Containers in more than one life, of more than one version, and asked at
//! their health path.

use std::rc::Rc;

use cf_warm_pool::pool::{
    ClaimId, Command, Config, Decision, Event, Health, Life, OnRelease, Pool, Reply, Seen, Session,
};

use super::{Names, sends_destroy};
use crate::happening::failure;

/// A pool and its time.
struct Scene {
    pool: Pool,
    names: Names,
}

impl Scene {
    fn new(config: Config) -> Self {
        let mut scene = Self { pool: Pool::default(), names: Names(0) };
        scene.at(0, Event::Woke);
        scene.at(0, Event::Configured { config: Rc::new(config) });
        scene
    }

    fn at(&mut self, now_ms: u64, event: Event) -> Decision {
        self.pool.handle(now_ms, &mut self.names, event)
    }

    /// All that start are ready.
    fn all_ready(&mut self, now_ms: u64) {
        let lives: Vec<_> = self.pool.containers().map(|container| container.life()).collect();
        for life in lives {
            self.at(now_ms, Event::StartSucceeded { life });
        }
    }

    fn only(&self) -> Result<Life, String> {
        match self.pool.containers().map(|container| container.life()).collect::<Vec<_>>()[..] {
            [life] => Ok(life),
            ref lives => Err(format!("not one container: {lives:?}")),
        }
    }
}

fn claim(number: u64, name: &str, config: Option<Config>) -> Event {
    let session = session(name);
    Event::Claimed { claim: ClaimId(number), session, config: config.map(Rc::new) }
}

fn session(name: &str) -> Session {
    Session::new(name).expect("a few letters")
}

fn destroys(decision: &Decision) -> bool {
    decision.commands.iter().any(|command| matches!(command, Command::Destroy { .. }))
}

fn asked_at_path(unhealthy_after: u32) -> Config {
    let health = Health { path: Some("/ready".into()), unhealthy_after, ..Health::default() };
    Config { warm_target: 1, health, start_timeout_ms: 3_000, ..Config::default() }
}

/// Seeds 5 and 50: a container is restarted, and the report that its former
/// life has ended comes while the next one starts. Seen to fail: the start was
/// given up and counted as failed, so that three releases opened the breaker.
pub fn report_of_the_life_before() -> Result<(), String> {
    let config = Config {
        warm_target: 1,
        max_instances: 1,
        on_release: OnRelease::Restart,
        drain_timeout_ms: 0,
        ..Config::default()
    };
    let mut scene = Scene::new(config);
    scene.all_ready(1_000);
    scene.at(2_000, claim(1, "alice", None));
    let life = scene.only()?;
    scene.at(3_000, Event::Released { session: session("alice") });
    let destroyed = Event::DestroyAnswered { life, conclusive: true, result: Ok(()) };
    let restarted = scene.at(3_100, destroyed);
    if !restarted.commands.iter().any(|command| matches!(command, Command::Start { .. })) {
        return Err(format!("nothing starts again: {restarted:?}"));
    }
    let reported = scene.at(3_200, Event::StopReported { id: life.id });
    if destroys(&reported) { Err(format!("the start is given up: {reported:?}")) } else { Ok(()) }
}

/// Seed 82: a look at a warm container asks at its health path, and a request
/// starts a container that has ended. Seen to fail: the destroy sent while it
/// could still ask was taken as proof, and the container ran on without a row.
pub fn look_that_still_asks() -> Result<(), String> {
    let mut scene = Scene::new(asked_at_path(2));
    scene.all_ready(1_000);
    let life = scene.only()?;
    scene.at(11_000, Event::DeadlineReached);
    let decision = scene.at(11_001, Event::StopReported { id: life.id });
    match decision.commands.iter().any(|command| sends_destroy(command, life, true)) {
        true => Err(format!("a destroy is to prove what it cannot: {decision:?}")),
        false => Ok(()),
    }
}

/// A look at a warm container asks whether it is ready, and a session claims it
/// before the answer. Seen to fail: the session lost it for not being ready,
/// which only warm ones have to be.
pub fn session_gets_one_that_is_looked_at() -> Result<(), String> {
    let mut scene = Scene::new(asked_at_path(1));
    scene.all_ready(1_000);
    let life = scene.only()?;
    scene.at(11_000, Event::DeadlineReached);
    scene.at(11_001, claim(1, "alice", None));
    let seen = Seen::NotReady(failure("GET /ready was answered with status 503"));
    let decision = scene.at(11_002, Event::Probed { life, asked_at_ms: 0, seen, renewal_failed: false });
    if destroys(&decision) { Err(format!("alice lost her container: {decision:?}")) } else { Ok(()) }
}

/// Seed 112: the outcome of one look comes twice, or after it was given up.
/// Seen to fail: it counted twice against `unhealthyAfter`.
pub fn look_told_twice() -> Result<(), String> {
    let mut scene = Scene::new(asked_at_path(2));
    scene.all_ready(1_000);
    let life = scene.only()?;
    scene.at(11_000, Event::DeadlineReached);
    let seen = Seen::NotReady(failure("GET /ready was answered with status 503"));
    let told = Event::Probed { life, asked_at_ms: 0, seen, renewal_failed: false };
    scene.at(11_002, told.clone());
    let decision = scene.at(11_003, told);
    if destroys(&decision) { Err(format!("one look dropped it: {decision:?}")) } else { Ok(()) }
}

/// Seeds 48 and 1016: a session waits beside a warm container of another
/// revision, and a claim brings that revision back. Seen to fail: the claim got
/// the container, before the session that waited.
pub fn claim_that_makes_a_container_current() -> Result<(), String> {
    let of = |revision: &str| Config { warm_target: 1, revision: Some(revision.into()), ..Config::default() };
    let mut scene = Scene::new(of("one"));
    scene.all_ready(1_000);
    scene.at(2_000, claim(1, "dave", Some(of("two"))));
    // A later version goes back to it: without an order it would be passed over.
    let back = Config { revision_order_ms: Some(2_001), ..of("one") };
    let decision = scene.at(2_001, claim(2, "erin", Some(back)));
    match decision.replies.as_slice() {
        [Reply { claim: ClaimId(1), result: Ok(_) }] => Ok(()),
        _ => Err(format!("not dave alone is served: {decision:?}")),
    }
}
