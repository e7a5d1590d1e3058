//! A naive platform: containers that start, stop and die in their own time,
//! answers that come late, twice or never. Whatever the pool asks for is
//! carried out some time later and answered some time after that.

use std::collections::{BTreeMap, BTreeSet};

use cf_warm_pool::pool::{
    Command, ContainerId, ContainerName, Event, Failure, FailureClass, Fresh, Identity, Life, Seen,
};

/// splitmix64: the seed is the whole run.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `below` - 1.
    pub fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Names that are never used twice, whatever the pool forgets.
pub struct Names {
    pub made: u64,
    pub chance: Chance,
}

impl Fresh for Names {
    fn identity(&mut self) -> Identity {
        self.made += 1;
        let (mut id, mut name) = ([0; 32], [0; 16]);
        id[..8].copy_from_slice(&self.chance.next().to_be_bytes());
        id[24..].copy_from_slice(&self.made.to_be_bytes());
        name[8..].copy_from_slice(&self.made.to_be_bytes());
        Identity { id: ContainerId(id), name: ContainerName(name) }
    }

    fn random(&mut self) -> u64 {
        self.chance.next()
    }
}

/// What goes wrong, in percent of what could.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Starts, stops, destroys and looks that fail.
    pub failures: u64,
    /// Answers told twice.
    pub duplicates: u64,
    /// Looks and stops that are never answered.
    pub silence: u64,
    /// Containers the platform has room for.
    pub room: usize,
}

impl Faults {
    pub const NONE: Self = Self { failures: 0, duplicates: 0, silence: 0, room: usize::MAX };
}

/// What happens to a container at some time.
#[derive(Debug)]
enum Act {
    StartEnds { ok: bool },
    Destroyed { ok: bool, conclusive: bool },
    Died { report: bool },
    Told(Event),
}

#[derive(Debug)]
struct Due {
    life: Life,
    act: Act,
    /// The pool's memory that asked; an answer to another is lost.
    asked_by: u64,
}

pub struct Platform {
    pub faults: Faults,
    /// Which of the pool's memories lives.
    pub memory: u64,
    running: BTreeSet<ContainerId>,
    /// Starts under way in a container.
    starts: BTreeMap<ContainerId, u32>,
    due: BTreeMap<(u64, u64), Due>,
    planned: u64,
    chance: Chance,
}

impl Platform {
    pub fn new(faults: Faults, chance: Chance) -> Self {
        Self {
            faults,
            memory: 0,
            running: BTreeSet::new(),
            starts: BTreeMap::new(),
            due: BTreeMap::new(),
            planned: 0,
            chance,
        }
    }

    /// Whether it runs, or a start under way may yet make it run.
    pub fn may_run(&self, id: ContainerId) -> bool {
        self.running.contains(&id) || self.starts.contains_key(&id)
    }

    pub fn running(&self) -> impl Iterator<Item = ContainerId> {
        self.running.iter().copied()
    }

    pub fn next_at_ms(&self) -> Option<u64> {
        self.due.keys().next().map(|(at_ms, _)| *at_ms)
    }

    /// A container ends by itself; half of them tell.
    pub fn one_dies(&mut self, now_ms: u64) {
        let count = self.running.len().max(1) as u64;
        let at = self.chance.below(count) as usize;
        if let Some(id) = self.running.iter().nth(at).copied() {
            let life = Life { id, generation: cf_warm_pool::pool::Generation::FIRST };
            let report = self.chance.percent(50);
            self.plan(now_ms, life, Act::Died { report });
        }
    }

    pub fn carry_out(&mut self, now_ms: u64, command: Command) {
        let failed = self.chance.percent(self.faults.failures);
        let soon_ms = now_ms + 1 + self.chance.below(400);
        match command {
            Command::Start { life, timeout_ms, .. } => {
                *self.starts.entry(life.id).or_default() += 1;
                // Some take longer than the pool waits, none longer than twice that.
                let slow = failed && self.chance.percent(50);
                let most_ms = if slow { 2 * timeout_ms - 1 } else { timeout_ms.min(3_000) };
                let took_ms = self.chance.below(most_ms.max(1));
                self.plan(now_ms + took_ms, life, Act::StartEnds { ok: !failed || slow });
            }
            Command::Probe { life, asked_at_ms, timeout_ms, renew, .. } => {
                let renewal_failed = renew && self.chance.percent(self.faults.failures / 2);
                let (at_ms, seen) = if failed {
                    (now_ms + timeout_ms, Seen::Unknown(self.failure()))
                } else if self.running.contains(&life.id) {
                    (soon_ms, Seen::Alive)
                } else {
                    (soon_ms, Seen::Stopped)
                };
                self.answer(at_ms, life, Event::Probed { life, asked_at_ms, seen, renewal_failed });
            }
            Command::Reset { life, .. } => {
                let result = if failed { Err(self.failure()) } else { Ok(self.chance.percent(80)) };
                self.answer(soon_ms, life, Event::ResetAnswered { life, result });
            }
            Command::Stop { life, .. } => {
                let result = if failed { Err(self.failure()) } else { Ok(()) };
                if !failed && self.chance.percent(70) {
                    let ends_at_ms = soon_ms + self.chance.below(10_000);
                    let report = self.chance.percent(50);
                    self.plan(ends_at_ms, life, Act::Died { report });
                }
                self.answer(soon_ms, life, Event::StopAnswered { life, result });
            }
            Command::Destroy { life, conclusive, .. } => {
                self.plan(soon_ms, life, Act::Destroyed { ok: !failed, conclusive });
            }
        }
    }

    /// Carries out what is due at `now_ms`, and returns what the pool is told.
    pub fn happen(&mut self, now_ms: u64) -> Vec<Event> {
        let mut told = Vec::new();
        while let Some(entry) = self.due.first_entry() {
            if entry.key().0 > now_ms {
                break;
            }
            let Due { life, act, asked_by } = entry.remove();
            let lost = asked_by != self.memory;
            match act {
                Act::StartEnds { ok } => {
                    let event = self.end_start(life, ok);
                    if !lost {
                        self.answer(now_ms, life, event);
                    }
                }
                Act::Destroyed { ok, conclusive } => {
                    if ok || self.chance.percent(50) {
                        self.running.remove(&life.id);
                    }
                    let result = if ok { Ok(()) } else { Err(self.failure()) };
                    if !lost {
                        self.answer(
                            now_ms + self.chance.0 % 50,
                            life,
                            Event::DestroyAnswered { life, conclusive, result },
                        );
                    }
                }
                Act::Died { report } => {
                    if self.running.remove(&life.id) && report {
                        self.plan(now_ms, life, Act::Told(Event::StopReported { id: life.id }));
                    }
                }
                Act::Told(event) => {
                    if !lost || matches!(event, Event::StopReported { .. }) {
                        told.push(event);
                    }
                }
            }
        }
        told
    }

    fn end_start(&mut self, life: Life, ok: bool) -> Event {
        if let Some(count) = self.starts.get_mut(&life.id) {
            *count -= 1;
            if *count == 0 {
                self.starts.remove(&life.id);
            }
        }
        let room = self.running.contains(&life.id) || self.running.len() < self.faults.room;
        if !room {
            let failure = Failure::new(FailureClass::Capacity, "no room");
            return Event::StartFailed { life, failure };
        }
        if ok || self.chance.percent(50) {
            self.running.insert(life.id);
        }
        if ok {
            return Event::StartSucceeded { life };
        }
        Event::StartFailed { life, failure: self.failure() }
    }

    fn failure(&mut self) -> Failure {
        let at = 1 + self.chance.below(4) as usize;
        Failure::new(FailureClass::ALL[at], "it was not to be")
    }

    /// Most answers come once.
    fn answer(&mut self, at_ms: u64, life: Life, event: Event) {
        let may_be_silent = matches!(event, Event::Probed { .. } | Event::StopAnswered { .. });
        if may_be_silent && self.chance.percent(self.faults.silence) {
            return;
        }
        if self.chance.percent(self.faults.duplicates) {
            let again_ms = at_ms + self.chance.below(20_000);
            self.plan(again_ms, life, Act::Told(event.clone()));
        }
        self.plan(at_ms, life, Act::Told(event));
    }

    fn plan(&mut self, at_ms: u64, life: Life, act: Act) {
        self.planned += 1;
        self.due.insert((at_ms, self.planned), Due { life, act, asked_by: self.memory });
    }
}
