//! Clients: sessions that come, ask, come back and go, in two versions, through
//! the hint cache or not. A client uses what it is told; a container that does
//! not run does not answer it.

use std::collections::BTreeMap;
use std::rc::Rc;

use cf_warm_pool::pool::{Event, Grant, PoolError, Seen, Session};
use cf_warm_pool::route::{Hint, Route, judge, seen_of_status};

use super::fault::Fault;
use super::happening::{CallerId, Happening, SessionNo, failure};
use super::hints::Hints;
use super::host::Halt;
use super::machine::number_of;
use super::world::{World, note};

/// Sessions that may come back.
const REMEMBERED: u64 = 60;

/// How long a hint is kept, as in the client host.
const HINT_TTL_MS: u64 = cf_warm_pool::pool::limits::HINT_TTL_MS;

#[derive(Default)]
pub struct Clients {
    sessions: u32,
    callers: BTreeMap<CallerId, Caller>,
    next_caller: CallerId,
    pub hints: Hints,
    /// What callers were told since faults ended: an error's code, or nothing.
    pub calm: Vec<Option<&'static str>>,
}

struct Caller {
    session: SessionNo,
    version: usize,
    requests: u64,
    left: bool,
}

/// The name of a session.
pub fn session(number: SessionNo) -> Session {
    Session::new(&format!("s{number}")).expect("a letter and a number")
}

/// The number in a session's name.
pub fn session_no(session: &Session) -> SessionNo {
    session.as_str()[1..].parse().expect("a letter and a number")
}

impl World {
    pub fn clients_arrive(&mut self) {
        if !self.faulty {
            return;
        }
        let load = self.knobs.load.clone();
        let chance = &mut self.chance.clients;
        let mean_ms = load.gap_ms * load.burst;
        let gap_ms = 1 + chance.below(2 * mean_ms);
        for _ in 0..chance.between(1, load.burst) {
            let chance = &mut self.chance.clients;
            let comes_back = self.clients.sessions > 0 && chance.below(100) < load.returning;
            let session = if comes_back {
                let back = chance.below(REMEMBERED.min(self.clients.sessions.into())) as u32;
                self.clients.sessions - 1 - back
            } else {
                self.clients.sessions += 1;
                self.clients.sessions - 1
            };
            let requests = chance.between(1, 2 * load.requests);
            let within_ms = chance.below(200);
            let version = usize::from(self.fault(Fault::Versions));
            self.after(within_ms, Happening::Visit { session, version, requests });
        }
        self.after(gap_ms, Happening::Arrivals);
    }

    /// A new session's claim, which does not come back.
    pub fn newcomer(&mut self) {
        let session = self.clients.sessions;
        self.clients.sessions += 1;
        self.after(0, Happening::Visit { session, version: 0, requests: 1 });
    }

    pub fn visit(&mut self, session: SessionNo, version: usize, requests: u64) {
        if requests == 0 {
            return;
        }
        if self.knobs.faults.has(Fault::Hints) && self.use_hint(session) {
            return self.visit_again(session, version, requests);
        }
        let caller = self.clients.next_caller;
        self.clients.next_caller += 1;
        self.clients.callers.insert(caller, Caller { session, version, requests, left: false });
        let delay_ms = self.chance.clients.between(1, 30);
        self.after(delay_ms, Happening::Claim { caller });
        if self.fault(Fault::Leave) {
            let leaves_in_ms = self.chance.clients.below(20_000);
            self.after(leaves_in_ms, Happening::Leaves { caller });
        }
    }

    /// Whether the hint was good: judged as the client host judges it.
    fn use_hint(&mut self, session: SessionNo) -> bool {
        let hint = self.clients.hints.read(session, self.now_ms).copied();
        let clock_ms = self.clock_ms();
        let route = match judge(hint.as_ref(), clock_ms, None) {
            Route::Confirm => {
                let seen = self.look_at_hinted(hint.as_ref());
                judge(hint.as_ref(), clock_ms, seen.as_ref())
            }
            route => route,
        };
        match (route, hint) {
            (Route::Use, Some(hint)) => {
                self.use_container(session, number_of_name(&hint));
                true
            }
            (Route::Forget, _) => {
                self.clients.hints.write(session, None, self.now_ms, &mut self.chance.clients);
                false
            }
            _ => false,
        }
    }

    fn look_at_hinted(&mut self, hint: Option<&Hint>) -> Option<Seen> {
        let number = number_of_name(hint?);
        if self.platform.weather.silent || self.fault(Fault::CallLost) {
            return Some(Seen::Unknown(failure("no answer within 2000 ms")));
        }
        Some(seen_of_status(self.platform.machines[number].stored))
    }

    pub fn claim_comes(&mut self, caller: CallerId) {
        let Some(asked) = self.clients.callers.get(&caller) else { return };
        let (session, version) = (session(asked.session), asked.version);
        let event = |claim, world: &World, brings: bool| {
            let config = brings.then(|| Rc::clone(&world.configs[version]));
            Event::Claimed { claim, session, config }
        };
        self.object_claim(caller, event, version);
    }

    pub fn leaves(&mut self, caller: CallerId) {
        if let Some(caller) = self.clients.callers.get_mut(&caller) {
            caller.left = true;
        }
    }

    /// An answer leaves the object.
    pub fn tell(&mut self, caller: CallerId, result: Result<Grant, PoolError>) {
        let delay_ms = self.chance.clients.between(1, 30);
        self.after(delay_ms, Happening::Told { caller, result });
    }

    pub fn tell_unavailable(&mut self, caller: CallerId, halt: Halt) {
        let error = match halt {
            Halt::Failed(error) => error,
            Halt::Crashed => PoolError::PoolUnavailable { message: "Network connection lost.".to_owned() },
        };
        self.tell(caller, Err(error));
    }

    pub fn told(&mut self, caller: CallerId, result: Result<Grant, PoolError>) {
        let Some(caller) = self.clients.callers.remove(&caller) else { return };
        if !self.faulty {
            self.clients.calm.push(result.as_ref().err().map(PoolError::code));
        }
        if caller.left {
            return;
        }
        match result {
            Ok(grant) => {
                self.use_container(caller.session, number_of(grant.id));
                let expires_at_ms = self.clock_ms() + HINT_TTL_MS;
                let hint = Hint { name: grant.name, generation: grant.generation, expires_at_ms };
                self.clients.hints.write(caller.session, Some(hint), self.now_ms, &mut self.chance.clients);
                self.visit_again(caller.session, caller.version, caller.requests);
            }
            Err(error) => {
                note!(self, "s{} is refused: {}", caller.session, error.code());
                let tries_again = self.faulty && self.chance.clients.one_in(2);
                if let Some(after_ms) = error.retry_after_ms()
                    && tries_again
                {
                    let (session, version) = (caller.session, caller.version);
                    let requests = caller.requests - 1;
                    self.after(after_ms, Happening::Visit { session, version, requests });
                }
            }
        }
    }

    fn use_container(&mut self, session: SessionNo, number: usize) {
        note!(self, "s{session} uses container {number}");
        let machine = &mut self.platform.machines[number];
        machine.used_at_ms = self.now_ms;
        if machine.running
            && let Err(violation) = self.reference.used(session, number)
        {
            self.break_rule(violation);
        }
    }

    fn visit_again(&mut self, session: SessionNo, version: usize, requests: u64) {
        let think_ms = self.chance.clients.below(2 * self.knobs.load.think_ms);
        if requests > 1 && self.faulty {
            self.after(think_ms, Happening::Visit { session, version, requests: requests - 1 });
        }
    }

    /// Nobody waits for an answer.
    pub fn everybody_was_told(&self) -> bool {
        self.clients.callers.is_empty()
    }
}

fn number_of_name(hint: &Hint) -> usize {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hint.name.0[8..]);
    u64::from_be_bytes(bytes) as usize
}
