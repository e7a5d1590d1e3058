//! Decisions as tests write them down. Everything not named is absent.

use std::rc::Rc;

use cf_warm_pool::pool::limits::HINT_TTL_MS;
use cf_warm_pool::pool::{
    Change, ClaimId, Command, Config, Container, Counters, Decision, Generation, Grant, Memory, OnRelease,
    Outcome, PoolError, PoolRow, Readiness, Replaced, Reply, State, StopCause,
};

use super::driver::{T0, id, life, name, session, target};

/// A decision that changes nothing, its deadlines aside.
pub fn nothing() -> Decision {
    Decision::default()
}

/// The pool's row of a pool that fills itself and learned nothing.
pub fn primed(config: Config) -> PoolRow {
    PoolRow { config: Some(Rc::new(config)), primed: true, ..PoolRow::default() }
}

/// What a new pool decides that is to keep two warm.
pub fn first_two_started() -> Decision {
    nothing()
        .put(starting(1, T0))
        .put(starting(2, T0))
        .put_pool(primed(target(2)))
        .start(1)
        .start(2)
        .alarm(T0 + 30_000)
}

/// The same of one that was those before, the latest last.
pub fn primed_after(before: impl IntoIterator<Item = Config>, config: Config) -> PoolRow {
    let configs = before.into_iter().map(Rc::new).collect();
    PoolRow { replaced: Replaced { configs, wanted_since_ms: None }, ..primed(config) }
}

fn container(n: u8, created_at_ms: u64, state: State) -> Container {
    Container {
        id: id(n),
        name: name(n),
        generation: Generation::FIRST,
        created_at_ms,
        revision: None,
        state,
        memory: Memory::default(),
    }
}

/// A container recorded at `created_at_ms` that has 30 s to start.
pub fn starting(n: u8, created_at_ms: u64) -> Container {
    container(n, created_at_ms, State::Starting { deadline_at_ms: created_at_ms + 30_000 })
}

pub fn warm(n: u8, created_at_ms: u64, ready_at_ms: u64) -> Container {
    container(n, created_at_ms, State::Warm { ready_at_ms })
}

/// A container whose session has left, and that is destroyed when it is idle.
pub fn draining(n: u8, created_at_ms: u64, cause: StopCause, deadline_at_ms: u64) -> Container {
    let on_release = OnRelease::Destroy;
    container(n, created_at_ms, State::Draining { cause, deadline_at_ms, on_release })
}

/// What a row differs in from that of a first life without a revision.
pub trait Row: Sized {
    fn in_life(self, generation: u32) -> Self;
    fn of(self, revision: &str) -> Self;
    /// Assigned or draining under that policy.
    fn under(self, policy: OnRelease) -> Self;
}

impl Row for Container {
    fn in_life(self, generation: u32) -> Self {
        Self { generation: Generation(generation), ..self }
    }

    fn of(self, revision: &str) -> Self {
        Self { revision: Some(revision.into()), ..self }
    }

    fn under(mut self, policy: OnRelease) -> Self {
        match &mut self.state {
            State::Assigned { on_release, .. } | State::Draining { on_release, .. } => *on_release = policy,
            other => panic!("{other:?} has no policy"),
        }
        self
    }
}

pub fn assigned(n: u8, created_at_ms: u64, text: &str, claimed_at_ms: u64) -> Container {
    let on_release = OnRelease::Destroy;
    container(n, created_at_ms, State::Assigned { session: session(text), claimed_at_ms, on_release })
}

/// A container that nothing started is under way in, to be destroyed then.
pub fn stopping(n: u8, created_at_ms: u64, cause: StopCause, now_ms: u64, destroy_at_ms: u64) -> Container {
    unsettled(n, created_at_ms, cause, destroy_at_ms, now_ms)
}

/// A container whose start may go on until `settled_at_ms`.
pub fn unsettled(
    n: u8,
    created_at_ms: u64,
    cause: StopCause,
    destroy_at_ms: u64,
    settled_at_ms: u64,
) -> Container {
    container(n, created_at_ms, State::Stopping { cause, destroy_at_ms, settled_at_ms })
}

/// What a decision is put together from.
pub trait Expected: Sized {
    fn put(self, container: Container) -> Self;
    fn delete(self, n: u8) -> Self;
    fn put_pool(self, row: PoolRow) -> Self;
    fn put_counters(self, counters: Counters) -> Self;
    fn granted(self, claim: u64, n: u8, outcome: Outcome) -> Self;
    fn refused(self, claim: u64, error: PoolError) -> Self;
    /// A start with port 8080 and 30 s.
    fn start(self, n: u8) -> Self;
    fn start_within(self, n: u8, timeout_ms: u64) -> Self;
    /// A look that keeps the container awake.
    fn renew(self, n: u8) -> Self;
    /// A look that does not.
    fn probe(self, n: u8) -> Self;
    fn stop(self, n: u8) -> Self;
    /// A destroy whose success proves the container gone.
    fn destroy(self, n: u8) -> Self;
    /// One sent while a start may be under way.
    fn destroy_early(self, n: u8) -> Self;
    fn reset(self, n: u8) -> Self;
    /// What it asks of the container, and says of it, is about that life of it.
    fn in_life(self, n: u8, generation: u32) -> Self;
    /// Its starts wait for that path, and its renewing looks ask at it.
    fn asking_at(self, path: &str) -> Self;
    /// How long a hint may name what it grants; 0: only where the container confirms it.
    fn hint(self, ttl_ms: u64) -> Self;
    fn alarm(self, at_ms: u64) -> Self;
    fn timer(self, at_ms: u64) -> Self;
}

impl Expected for Decision {
    fn put(self, container: Container) -> Self {
        change(self, Change::PutContainer(container))
    }

    fn delete(self, n: u8) -> Self {
        change(self, Change::DeleteContainer(id(n)))
    }

    fn put_pool(self, row: PoolRow) -> Self {
        change(self, Change::PutPool(row))
    }

    fn put_counters(self, counters: Counters) -> Self {
        change(self, Change::PutCounters(counters.into()))
    }

    fn granted(mut self, claim: u64, n: u8, outcome: Outcome) -> Self {
        let grant = Grant {
            id: id(n),
            name: name(n),
            generation: Generation::FIRST,
            outcome,
            hint_ttl_ms: HINT_TTL_MS,
            confirmed_hint_ttl_ms: HINT_TTL_MS,
        };
        self.replies.push(Reply { claim: ClaimId(claim), result: Ok(grant) });
        self
    }

    fn refused(mut self, claim: u64, error: PoolError) -> Self {
        self.replies.push(Reply { claim: ClaimId(claim), result: Err(error) });
        self
    }

    fn start(self, n: u8) -> Self {
        self.start_within(n, 30_000)
    }

    fn start_within(self, n: u8, timeout_ms: u64) -> Self {
        let (life, name, ports) = (life(n), name(n), vec![8080]);
        command(self, Command::Start { life, name, ports, timeout_ms, readiness: None })
    }

    fn renew(self, n: u8) -> Self {
        let (life, name) = (life(n), name(n));
        command(
            self,
            Command::Probe { life, name, asked_at_ms: 0, renew: true, path: None, timeout_ms: 5_000 },
        )
    }

    fn probe(self, n: u8) -> Self {
        let (life, name) = (life(n), name(n));
        command(
            self,
            Command::Probe { life, name, asked_at_ms: 0, renew: false, path: None, timeout_ms: 5_000 },
        )
    }

    fn stop(self, n: u8) -> Self {
        command(self, Command::Stop { life: life(n), name: name(n) })
    }

    fn destroy(self, n: u8) -> Self {
        command(self, Command::Destroy { life: life(n), name: name(n), conclusive: true })
    }

    fn destroy_early(self, n: u8) -> Self {
        command(self, Command::Destroy { life: life(n), name: name(n), conclusive: false })
    }

    fn reset(self, n: u8) -> Self {
        command(self, Command::Reset { life: life(n), name: name(n) })
    }

    fn in_life(mut self, n: u8, generation: u32) -> Self {
        let generation = Generation(generation);
        for command in &mut self.commands {
            let (Command::Start { life, .. }
            | Command::Probe { life, .. }
            | Command::Reset { life, .. }
            | Command::Stop { life, .. }
            | Command::Destroy { life, .. }) = command;
            if life.id == id(n) {
                life.generation = generation;
            }
        }
        for grant in self.replies.iter_mut().filter_map(|reply| reply.result.as_mut().ok()) {
            if grant.id == id(n) {
                grant.generation = generation;
            }
        }
        self
    }

    fn asking_at(mut self, asked: &str) -> Self {
        for command in &mut self.commands {
            match command {
                Command::Start { readiness, .. } => {
                    *readiness = Some(Readiness { path: asked.into(), timeout_ms: 5_000 });
                }
                Command::Probe { renew: true, path, .. } => *path = Some(asked.into()),
                _ => {}
            }
        }
        self
    }

    fn hint(mut self, ttl_ms: u64) -> Self {
        for grant in self.replies.iter_mut().filter_map(|reply| reply.result.as_mut().ok()) {
            grant.hint_ttl_ms = ttl_ms;
            if ttl_ms > 0 {
                grant.confirmed_hint_ttl_ms = ttl_ms;
            }
        }
        self
    }

    fn alarm(mut self, at_ms: u64) -> Self {
        self.alarm_at_ms = Some(at_ms);
        self
    }

    fn timer(mut self, at_ms: u64) -> Self {
        self.timer_at_ms = Some(at_ms);
        self
    }
}

fn change(mut decision: Decision, change: Change) -> Decision {
    decision.changes.push(change);
    decision
}

fn command(mut decision: Decision, command: Command) -> Decision {
    decision.commands.push(command);
    decision
}
