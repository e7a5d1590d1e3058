//! Clients: sessions that come, ask, come back and go, in two versions, through
//! the hint cache or not. A client uses what it is told; a container that does
//! not run does not answer it.
//!
//! A session does not give its container up while a claim of its own is under
//! way: what it would be told then, it no longer has.

use std::collections::BTreeMap;
use std::rc::Rc;

use cf_warm_pool::pool::limits::HINT_TTL_MS;
use cf_warm_pool::pool::{Config, Event, Grant, OnRelease, PoolError, Seen, Session};
use cf_warm_pool::route::{Hint, Look, Route, judge};

use super::fault::Fault;
use super::happening::{CallerId, Happening, SessionNo, failure};
use super::hints::{Hints, Written};
use super::machine::number_of;
use super::object::Halt;
use super::reference::Violation;
use super::world::{World, note};

/// The version of a client that names no configuration.
const NO_VERSION: usize = 2;

/// Sessions that may come back.
const REMEMBERED: u64 = 60;

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
    /// It went away, and the pool was not told.
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

    /// A new session's claim, which does not come back. It takes the pool as it is.
    pub fn newcomer(&mut self) {
        let session = self.clients.sessions;
        self.clients.sessions += 1;
        self.after(0, Happening::Visit { session, version: NO_VERSION, requests: 1 });
    }

    pub fn visit(&mut self, session: SessionNo, version: usize, requests: u64) {
        if requests == 0 {
            return;
        }
        if self.uses_hints(version) && self.use_hint(session, version) {
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

    /// Not where a container may serve another session later.
    fn uses_hints(&self, version: usize) -> bool {
        let shared = |config: &Rc<Config>| config.on_release != OnRelease::Destroy;
        self.knobs.faults.has(Fault::Hints) && !self.configs.get(version).is_some_and(shared)
    }

    /// Whether the hint was good: judged as the client host judges it.
    fn use_hint(&mut self, session: SessionNo, version: usize) -> bool {
        let clock_ms = self.clock_ms();
        let ttl_ms = self.configs.get(version).map_or(HINT_TTL_MS, |config| config.hint_ttl_ms());
        let written = self.clients.hints.read(session, self.now_ms).copied();
        let written = written.filter(|written| !written.hint.outlasts(ttl_ms, clock_ms));
        let hint = written.map(|written| written.hint);
        let route = match judge(hint.as_ref(), clock_ms, None) {
            Route::Confirm => {
                let look = self.look_at_hinted(hint.as_ref()).map(|seen| Look { seen, confirmed: None });
                judge(hint.as_ref(), clock_ms, look.as_ref())
            }
            route => route,
        };
        match (route, written) {
            (Route::Use, Some(Written { hint, at_ms })) => {
                let number = number_of_name(&hint);
                self.use_container(session, number);
                self.reference.hint_used(session, number, at_ms, clock_ms);
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
        Some(self.state_of(number))
    }

    pub fn claim_comes(&mut self, caller: CallerId) {
        let Some(asked) = self.clients.callers.get(&caller) else { return };
        let (session, version) = (session(asked.session), asked.version);
        let event = |claim, world: &World| {
            let config = world.configs.get(version).cloned();
            Event::Claimed { claim, session, config }
        };
        self.object_claim(caller, event);
    }

    /// The client tells the pool, unless that call is lost too.
    pub fn leaves(&mut self, caller: CallerId) {
        if !self.clients.callers.contains_key(&caller) {
            return;
        }
        note!(self, "caller {caller} leaves");
        if self.fault(Fault::CallLost) {
            if let Some(caller) = self.clients.callers.get_mut(&caller) {
                caller.left = true;
            }
            return;
        }
        self.clients.callers.remove(&caller);
        let _ = self.object_leave(caller);
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
                if grant.hint_ttl_ms > 0 && self.uses_hints(caller.version) {
                    self.write_hint(caller.session, &grant);
                }
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

    fn write_hint(&mut self, session: SessionNo, grant: &Grant) {
        let at_ms = self.clock_ms();
        let expires_at_ms = at_ms + grant.hint_ttl_ms;
        let (name, generation) = (grant.name, grant.generation);
        let hint = Hint { name, generation, expires_at_ms, needs_confirmation: false };
        let written = Some(Written { hint, at_ms });
        self.clients.hints.write(session, written, self.now_ms, &mut self.chance.clients);
    }

    /// The request finds what the last one left behind, and leaves something itself.
    fn use_container(&mut self, session: SessionNo, number: usize) {
        note!(self, "s{session} uses container {number}");
        let takes_ms = match self.knobs.load.request_ms {
            0 => 0,
            _ if self.chance.clients.one_in(2) => 0,
            longest_ms => self.chance.clients.below(longest_ms),
        };
        let machine = &mut self.platform.machines[number];
        if !machine.running {
            return;
        }
        let found = machine.request(session, self.now_ms, takes_ms);
        let checked = match found.filter(|other| *other != session) {
            Some(other) => Err(Violation::new(
                "2 two sessions",
                format!("s{session} finds what s{other} left in container {number}"),
            )),
            None => self.reference.used(session, number),
        };
        if let Err(violation) = checked {
            self.break_rule(violation);
        }
    }

    fn visit_again(&mut self, session: SessionNo, version: usize, requests: u64) {
        let think_ms = self.chance.clients.below(2 * self.knobs.load.think_ms);
        if requests > 1 && self.faulty {
            self.after(think_ms, Happening::Visit { session, version, requests: requests - 1 });
        } else if self.gives_up_its_container() {
            self.after(think_ms, Happening::Release { session });
        }
    }

    fn gives_up_its_container(&mut self) -> bool {
        match self.faulty {
            true => self.fault(Fault::Release),
            false => self.knobs.faults.has(Fault::Release),
        }
    }

    pub fn release_comes(&mut self, number: SessionNo) {
        if self.clients.callers.values().any(|caller| caller.session == number) {
            return;
        }
        if self.clients.hints.read(number, self.now_ms).is_some() {
            self.clients.hints.write(number, None, self.now_ms, &mut self.chance.clients);
        }
        let _ = self.object_event(Event::Released { session: session(number) });
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
