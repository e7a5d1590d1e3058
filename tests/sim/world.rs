//! The whole of one run: everything there is, and the time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use cf_warm_pool::pool::{Config, Event};

use super::chance::Chance;
use super::checks::Orphans;
use super::clients::Clients;
use super::fault::Fault;
use super::happening::Happening;
use super::knobs::Knobs;
use super::log::Log;
use super::object::Object;
use super::platform::Platform;
use super::reference::{Reference, Violation};

/// Happenings in one run after which something is taken to go round in circles.
const HAPPENINGS_MAX: u64 = 4_000_000;

/// Happenings after which a run that is busier than it was sized for goes on
/// without faults.
const FAULTY_HAPPENINGS_MAX: u64 = 250_000;

pub struct World {
    /// Time on the platform since the run began.
    pub now_ms: u64,
    pub knobs: Knobs,
    /// What the two versions of the client ask for.
    pub configs: [Rc<Config>; 2],
    /// Whether faults happen and clients come.
    pub faulty: bool,
    pub log: Log,
    pub chance: Chances,
    pub platform: Platform,
    pub object: Object,
    pub clients: Clients,
    pub reference: Reference,
    pub broken: Option<Violation>,
    pub happenings: u64,
    /// Whether what is being told was told before.
    pub told_twice: bool,
    pub orphans: Orphans,
    queue: BinaryHeap<Queued>,
    next_seq: u64,
    /// What the queue's entries stand for; an empty place is free.
    queued: Vec<Option<Happening>>,
    free: Vec<usize>,
}

/// A stream each, so that one part that draws more does not change the others.
pub struct Chances {
    pub platform: Chance,
    pub host: Chance,
    pub clients: Chance,
    pub weather: Chance,
    pub faults: Chance,
}

struct Queued {
    at_ms: u64,
    seq: u64,
    /// Its place in `World::queued`: an event is too large to be moved about
    /// in the heap.
    place: usize,
}

impl Ord for Queued {
    /// The heap gives the greatest first, so the earliest is the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at_ms, other.seq).cmp(&(self.at_ms, self.seq))
    }
}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Queued {}

/// Formats only when somebody reads it.
macro_rules! note {
    ($world:expr, $($what:tt)*) => {
        if !$world.log.is_off() {
            let now_ms = $world.now_ms;
            $world.log.line(now_ms, format_args!($($what)*));
        }
    };
}
pub(crate) use note;

impl World {
    pub fn new(knobs: Knobs, log: Log) -> Self {
        let seed = knobs.seed;
        let mut world = Self {
            now_ms: 0,
            faulty: true,
            log,
            chance: Chances {
                platform: Chance::stream(seed, 3),
                host: Chance::stream(seed, 4),
                clients: Chance::stream(seed, 5),
                weather: Chance::stream(seed, 6),
                faults: Chance::stream(seed, 7),
            },
            platform: Platform::new(knobs.room),
            object: Object::new(),
            clients: Clients::default(),
            reference: Reference::default(),
            broken: None,
            happenings: 0,
            told_twice: false,
            orphans: Orphans::new(),
            queue: BinaryHeap::new(),
            next_seq: 0,
            queued: Vec::new(),
            free: Vec::new(),
            configs: knobs.configs.clone().map(Rc::new),
            knobs,
        };
        world.after(0, Happening::Arrivals);
        world.after(1, Happening::Weather);
        world.after(2, Happening::Mishaps);
        world
    }

    pub fn after(&mut self, delay_ms: u64, what: Happening) {
        let seq = self.next_seq;
        self.next_seq += 1;
        let place = self.free.pop().unwrap_or(self.queued.len());
        if place == self.queued.len() {
            self.queued.push(Some(what));
        } else {
            self.queued[place] = Some(what);
        }
        self.queue.push(Queued { at_ms: self.now_ms + delay_ms, seq, place });
    }

    /// Whether that fault happens here.
    pub fn fault(&mut self, fault: Fault) -> bool {
        self.faulty && self.chance.faults.hits(self.knobs.faults.level(fault))
    }

    pub fn break_rule(&mut self, violation: Violation) {
        note!(self, "BROKEN {}: {}", violation.rule, violation.text);
        self.broken.get_or_insert(violation);
    }

    /// Lets happen what happens until then, or until a rule is broken.
    pub fn run_until(&mut self, until_ms: u64) {
        while self.broken.is_none() {
            if self.faulty && self.happenings > FAULTY_HAPPENINGS_MAX {
                return;
            }
            let due = self.queue.peek().is_some_and(|next| next.at_ms <= until_ms);
            let Some(next) = due.then(|| self.queue.pop()).flatten() else { break };
            self.now_ms = self.now_ms.max(next.at_ms);
            self.happenings += 1;
            if self.happenings > HAPPENINGS_MAX {
                return self.break_rule(Violation::new("13 rest", "events without an end"));
            }
            let Some(what) = self.queued[next.place].take() else { continue };
            self.free.push(next.place);
            self.happen(what);
        }
        if self.broken.is_none() {
            self.now_ms = self.now_ms.max(until_ms);
        }
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Alarm { token } => self.alarm_is_due(token),
            Happening::AlarmAgain => self.alarm_fires(),
            Happening::Timer { epoch, token } => self.timer_fires(epoch, token),
            Happening::Answer { epoch, event, counted } => self.answer_comes(epoch, *event, counted),
            Happening::Claim { caller } => self.claim_comes(caller),
            Happening::Report { number } => self.report_comes(number),
            Happening::Garbage => self.garbage_comes(),
            Happening::Configure { version } => self.configuration_comes(version),
            Happening::Prime { version } => self.prime_comes(version),
            Happening::ShutDown => self.shut_down_comes(Event::PrewarmedShutDown),
            Happening::ShutDownAll => self.shut_down_comes(Event::ShutDown),
            Happening::StatsAsked => self.figures_are_asked(),
            Happening::StartArrives { call, timeout_ms } => self.start_arrives(call, timeout_ms),
            Happening::Boots { call, timeout_ms, cancelled, ready_in_ms } => {
                self.boots(call, timeout_ms, cancelled, ready_in_ms);
            }
            Happening::PortsOpen { number, boot } => self.ports_open(number, boot),
            Happening::PortsGivenUp { call, boot } => self.ports_given_up(call, boot),
            Happening::StopArrives { call } => self.stop_arrives(call),
            Happening::DestroyArrives { call, conclusive } => self.destroy_arrives(call, conclusive),
            Happening::Asks { call, until_ms } => self.asks(call, until_ms),
            Happening::ProbeArrives { call, asked_at_ms, renew, asks_ms } => {
                self.probe_arrives(call, asked_at_ms, renew, asks_ms)
            }
            Happening::ResetArrives { call } => self.reset_arrives(call),
            Happening::Ends { number, boot } => self.ends(number, boot),
            Happening::Sleeps { number, boot } => self.sleeps(number, boot),
            Happening::OnStop { number, boot } => self.on_stop(number, boot),
            Happening::Arrivals => self.clients_arrive(),
            Happening::Visit { session, version, requests } => self.visit(session, version, requests),
            Happening::Told { caller, result } => self.told(caller, result),
            Happening::Leaves { caller } => self.leaves(caller),
            Happening::Release { session } => self.release_comes(session),
            Happening::Weather => self.weather_changes(),
            Happening::Mishaps => self.mishaps(),
        }
    }
}
