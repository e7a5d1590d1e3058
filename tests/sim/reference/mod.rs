//! What is really so, kept apart from the pool: the rows that were committed,
//! who asked and what they were told, what the platform answered. After every
//! commit the pool's decision is held against it.
//!
//! | file | rules, by their numbers |
//! |---|---|
//! | `moves` | 1, 2: which states a container goes through, in which of its lives |
//! | `rows` | 2, 3, 7: what is recorded, and what is done about it |
//! | `config` | 4: whose configuration is in force |
//! | `claims` | 9, 10: who gets what, in which order, and by when |
//! | `retire` | 4, 11: which containers have had their time, and when they go |
//! | `starts` | 5, 6: how many are started |
//! | `health` | 8: what ends a container |
//! | `leases`, `drains` | 8, 11: when a session leaves, and what becomes of its requests |
//! | `counters`, `times` | 12: figures that add up |
//! | `alarm` | 13: something due has an alarm |

mod alarm;
mod claims;
mod config;
mod counters;
mod drains;
mod health;
mod leases;
mod moves;
mod retire;
mod rows;
mod starts;
mod times;

use std::collections::BTreeMap;
use std::rc::Rc;

use cf_warm_pool::pool::{Change, Config, Counters, Decision, Event, Life, Minute, Pool, PoolRow, State};

use super::happening::{Number, SessionNo};
use super::machine::number_of;
use claims::Asked;
pub use counters::Totals;
pub use drains::EndedEarly;
pub use health::look_patience_ms;
use moves::Place;
use rows::{Holder, Row};
use starts::Lessons;

/// A rule that does not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The invariant's number, and its name in a word or two.
    pub rule: &'static str,
    pub text: String,
}

impl Violation {
    pub fn new(rule: &'static str, text: impl Into<String>) -> Self {
        Self { rule, text: text.into() }
    }
}

/// Fails with the rule's number and what was seen.
macro_rules! hold {
    ($rule:literal, $holds:expr, $($text:tt)*) => {
        if !$holds {
            return Err($crate::reference::Violation::new($rule, format!($($text)*)));
        }
    };
}
pub(crate) use hold;

type Checked = Result<(), Violation>;

#[derive(Default)]
pub struct Reference {
    pub rows: BTreeMap<Number, Row>,
    pub pool_row: Rc<PoolRow>,
    /// By the containers' numbers.
    holders: Vec<Holder>,
    /// Commits so far.
    commits: u64,
    /// Lives of containers ever recorded, but for those that began with a reset.
    recorded: u64,
    counts: [usize; Place::ALL],
    primed: bool,
    versions: config::Versions,
    /// When `leaseTimeout` was last changed.
    leases_from_ms: u64,
    lessons: Lessons,
    memory: Remembered,
    counted: Counters,
    committed_counters: Counters,
    shown: Counters,
    minutes: times::Minutes,
    /// Until when what is warm was counted; not known to a memory that saw no event.
    idle_until_ms: Option<u64>,
    /// How far the clock was put back, all in all.
    back_ms: u64,
    /// Draining that ended before its time, with the last commit.
    pub ended_early: Vec<EndedEarly>,
    /// Starts that failed for another reason than a full or slow platform.
    pub failed_starts: u64,
    /// Alarms that came, and those that found nothing to do.
    pub alarms: u64,
    pub idle_alarms: u64,
    did_something: bool,
    idle_in_a_row: u32,
    idle_since_ms: u64,
    pub totals: Totals,
}

/// What ends with the object's memory.
#[derive(Default)]
struct Remembered {
    claims: BTreeMap<cf_warm_pool::pool::ClaimId, Asked>,
    /// Sessions that wait for a container, and their places.
    waits: BTreeMap<SessionNo, u64>,
    next_ticket: u64,
    looks: BTreeMap<Number, health::Looks>,
    answered_at_ms: Option<u64>,
    /// When resets under way were asked for, by the object's clock.
    resets: BTreeMap<Number, u64>,
}

/// One commit.
pub struct Commit<'a> {
    pub event: &'a Event,
    pub decision: &'a Decision,
    pub pool: &'a Pool,
    pub clock_ms: u64,
    pub now_ms: u64,
    /// The longest a look may take, whoever's configuration was in force.
    pub look_patience_ms: u64,
}

/// How a container's row changed.
struct Move {
    number: Number,
    from: Option<Row>,
    to: Option<Row>,
}

impl Move {
    fn from(&self) -> Option<&State> {
        self.from.as_ref().map(|row| &row.container.state)
    }

    fn to(&self) -> Option<&State> {
        self.to.as_ref().map(|row| &row.container.state)
    }

    /// Whether a life begins for which a start is asked.
    fn starts(&self) -> bool {
        matches!(self.to(), Some(State::Starting { .. }))
    }

    /// The session that gets the container.
    fn assigns(&self) -> Option<&Row> {
        let already = matches!(self.from(), Some(State::Assigned { .. }));
        self.to.as_ref().filter(|to| !already && matches!(to.container.state, State::Assigned { .. }))
    }

    /// Whether a session leaves it.
    fn leaves(&self) -> bool {
        matches!(self.from(), Some(State::Assigned { .. }))
            && !matches!(self.to(), Some(State::Assigned { .. }))
    }
}

/// What was so before a commit.
struct Before {
    counts: [usize; Place::ALL],
    pool_row: Rc<PoolRow>,
    waited: usize,
    /// The container of a session that gives it up.
    released: Option<Number>,
}

impl Reference {
    pub fn committed(&mut self, commit: &Commit<'_>) -> Checked {
        self.look_answered(commit);
        let before = Before {
            counts: self.counts,
            pool_row: Rc::clone(&self.pool_row),
            waited: self.memory.waits.len(),
            released: self.gives_up(commit.event),
        };
        self.time_passes(commit.clock_ms);
        let counted = [self.counted.hits, self.counted.misses];
        let moves = self.apply_changes(commit)?;
        self.check_config(commit, &before)?;
        self.caller_left(commit);
        self.claim_asked(commit);
        self.check_lives(commit, &moves)?;
        self.check_handed_out(commit, &moves)?;
        self.check_ends(commit, &moves)?;
        self.check_retired(commit, &moves)?;
        self.check_leaving(commit, &moves, &before)?;
        self.check_drained(commit, &moves)?;
        self.check_leases(commit, &moves)?;
        self.replies(commit, &moves)?;
        // Those who waited for a look are served anew, and fill nothing.
        self.primed &= *commit.event != Event::ShutDown;
        self.check_lessons(commit, &moves, &before.pool_row.gate)?;
        self.check_starts(commit, &moves)?;
        self.check_shut_down(commit, &before)?;
        self.looks_asked(commit);
        self.count(&moves);
        self.starts_took(commit, &moves);
        self.check_recorded(commit.event)?;
        self.check_times_recorded(commit.event)?;
        let minutes = minutes_of(commit.decision);
        self.check_minutes(&minutes)?;
        self.check_line(commit.decision, &minutes, counted)?;
        let decision = commit.decision;
        self.did_something |=
            !decision.changes.is_empty() || !decision.commands.is_empty() || !decision.replies.is_empty();
        self.check_counters()
    }

    fn apply_changes(&mut self, commit: &Commit<'_>) -> Result<Vec<Move>, Violation> {
        let mut moves = Vec::new();
        for change in &commit.decision.changes {
            match change {
                Change::PutContainer(container) | Change::MoveContainer(container) => {
                    moves.push(self.put_row(container, commit)?);
                }
                Change::DeleteContainer(id) => moves.push(self.delete_row(*id, commit.event)?),
                Change::PutPool(row) => {
                    if row.config != self.pool_row.config {
                        self.primed = true;
                    }
                    self.pool_row = Rc::new(row.clone());
                }
                Change::PutCounters(counters) => self.committed_counters = **counters,
                Change::PutMinute(minute) => self.minute_recorded(minute),
                Change::PutHistory(_) => {}
            }
        }
        match commit.event {
            Event::PrewarmedShutDown | Event::ShutDown => self.primed = false,
            Event::Primed { .. } if commit.decision.refused.is_none() => self.primed = true,
            _ => {}
        }
        self.check_sessions(&moves)?;
        Ok(moves)
    }

    /// The pool was read from its rows: they are those that were committed.
    pub fn loaded(&mut self, pool: &Pool) -> Checked {
        let mut found = 0;
        for container in pool.containers() {
            found += 1;
            let row = self.rows.get(&number_of(container.id));
            let same = row.is_some_and(|row| row.container.same_row(container));
            hold!("1 one state", same, "{container:?} was loaded, {row:?} was committed");
        }
        hold!("7 tracked", found == self.rows.len(), "{found} rows of {} were loaded", self.rows.len());
        Ok(())
    }

    pub fn memory_lost(&mut self) {
        self.memory = Remembered::default();
        self.counted = self.committed_counters;
        self.minutes.memory_lost();
        self.idle_until_ms = None;
    }

    /// What the event said is forgotten with the memory that heard it.
    pub fn commit_failed(&mut self) {
        self.memory_lost();
    }

    pub fn clock_jumped(&mut self, jump_ms: i64) {
        if jump_ms < 0 {
            self.back_ms += jump_ms.unsigned_abs();
            self.versions.clock_put_back(jump_ms.unsigned_abs());
            // By the clock as it is put, it was used so much earlier.
            for row in self.rows.values_mut() {
                row.used_at_ms = row.used_at_ms.saturating_sub(jump_ms.unsigned_abs());
            }
            for asked in self.memory.claims.values_mut() {
                asked.until_ms += jump_ms.unsigned_abs();
            }
        }
    }

    pub fn tracked_lives(&self) -> Vec<Life> {
        self.rows.values().map(|row| row.container.life()).collect()
    }

    /// Lives of containers ever recorded.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    pub fn starting(&self) -> usize {
        self.counts[Place::Starting as usize]
    }

    pub fn warm(&self) -> usize {
        self.counts[Place::Warm as usize]
    }

    pub fn assigned(&self) -> usize {
        self.counts[Place::Assigned as usize]
    }

    pub fn draining(&self) -> usize {
        self.counts[Place::Draining as usize]
    }

    pub fn stopping(&self) -> usize {
        self.counts[Place::Stopping as usize]
    }

    pub fn waiting(&self) -> usize {
        self.memory.waits.len()
    }

    /// Warm containers the pool is to keep.
    pub fn target(&self) -> usize {
        let config = self.config();
        if self.primed && config.enabled { config.warm_target } else { 0 }
    }

    /// The configuration in force: the default until a caller names one.
    pub fn config(&self) -> Rc<Config> {
        self.pool_row.config.clone().unwrap_or_default()
    }
}

/// The minutes a decision records.
fn minutes_of(decision: &Decision) -> Vec<Minute> {
    let minute = |change: &Change| match change {
        Change::PutMinute(minute) => Some(*minute),
        _ => None,
    };
    decision.changes.iter().filter_map(minute).collect()
}
