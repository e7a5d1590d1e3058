//! What the later life of a container adds to the driver: sessions that leave,
//! answers of later lives, the pool as a whole.

use std::rc::Rc;

use cf_warm_pool::pool::{
    ClaimId, Command, Config, Decision, Event, Failure, FailureClass, Generation, Life, Seen, State, Usage,
};

use crate::driver::{Driver, failure, id, life, session};

/// A later life of a container.
pub fn life_of(n: u8, generation: u32) -> Life {
    Life { id: id(n), generation: Generation(generation) }
}

/// [`crate::driver::target`] with a revision made at that time.
pub fn revision(text: &str, order_ms: u64, config: Config) -> Config {
    Config { revision: Some(text.into()), revision_order_ms: Some(order_ms), ..config }
}

impl Driver {
    /// One warm container wanted: session a has left 1, which is looked at, and
    /// session b has taken 2, so the pool is short of one and waits for 1 to
    /// come back.
    pub fn called_for(config: Config) -> Self {
        let mut driver = Self::filled(config);
        driver.claim("a");
        driver.started(2);
        driver.released("a");
        driver.claim("b");
        driver
    }

    /// The life the container lives, or its first.
    pub fn life(&self, n: u8) -> Life {
        let container = self.pool.containers().find(|container| container.id == id(n));
        container.map_or(life(n), cf_warm_pool::pool::Container::life)
    }

    /// A deadline the pool asked to be woken for may have come.
    pub fn handle_due(&mut self) -> Decision {
        self.handle(Event::DeadlineReached)
    }

    pub fn released(&mut self, text: &str) -> Decision {
        self.handle(Event::Released { session: session(text) })
    }

    /// The container says that no request is under way.
    pub fn idle(&mut self, n: u8) -> Decision {
        self.seen(n, Seen::Idle)
    }

    pub fn ready(&mut self, n: u8, memory_permille: u32, cpu_permille: u32) -> Decision {
        let usage = Usage { memory_permille: Some(memory_permille), cpu_permille: Some(cpu_permille) };
        self.seen(n, Seen::Ready(usage))
    }

    pub fn not_ready(&mut self, n: u8) -> Decision {
        self.seen(n, Seen::NotReady(failure(FailureClass::Transient)))
    }

    pub fn reset_answered(&mut self, n: u8, result: Result<bool, Failure>) -> Decision {
        self.handle(Event::ResetAnswered { life: self.life(n), result })
    }

    pub fn caller_left(&mut self, claim: u64) -> Decision {
        self.handle(Event::CallerLeft { claim: ClaimId(claim) })
    }

    pub fn prime(&mut self, config: Option<Config>) -> Decision {
        self.handle(Event::Primed { config: config.map(Rc::new) })
    }

    pub fn shut_down_all(&mut self) -> Decision {
        self.handle(Event::ShutDown)
    }

    /// A claim that brings a configuration; its number is the test's.
    pub fn claim_with(&mut self, claim: u64, text: &str, config: Config) -> Decision {
        let config = Some(Rc::new(config));
        self.handle(Event::Claimed { claim: ClaimId(claim), session: session(text), config })
    }

    pub fn starting(&self) -> Vec<u8> {
        self.numbers(|state| matches!(state, State::Starting { .. }))
    }

    pub fn warm(&self) -> Vec<u8> {
        self.numbers(|state| matches!(state, State::Warm { .. }))
    }

    pub fn assigned(&self) -> Vec<u8> {
        self.numbers(|state| matches!(state, State::Assigned { .. }))
    }

    pub fn draining(&self) -> Vec<u8> {
        self.numbers(|state| matches!(state, State::Draining { .. }))
    }

    pub fn stopping(&self) -> Vec<u8> {
        self.numbers(|state| matches!(state, State::Stopping { .. }))
    }
}

/// The containers a decision asks to stop.
pub fn stops(decision: &Decision) -> Vec<u8> {
    let stopped = |command: &Command| match command {
        Command::Stop { life, .. } => Some(life.id.0[0]),
        _ => None,
    };
    decision.commands.iter().filter_map(stopped).collect()
}

/// The containers a decision has cleaned up.
pub fn resets(decision: &Decision) -> Vec<u8> {
    let reset = |command: &Command| match command {
        Command::Reset { life, .. } => Some(life.id.0[0]),
        _ => None,
    };
    decision.commands.iter().filter_map(reset).collect()
}

/// Which claim got which container, in the order of the answers.
pub fn served(decision: &Decision) -> Vec<(u64, u8)> {
    let granted =
        decision.replies.iter().filter_map(|reply| Some((reply.claim.0, reply.result.as_ref().ok()?)));
    granted.map(|(claim, grant)| (claim, grant.id.0[0])).collect()
}
