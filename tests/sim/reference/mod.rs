//! What is really so, kept apart from the pool: the rows that were committed,
//! who asked and what they were told, what the platform answered. After every
//! commit the pool's decision is held against it.
//!
//! | file | rules, as DESIGN numbers them |
//! |---|---|
//! | `rows` | 1, 2, 3, 7: what may become of a row |
//! | `claims` | 2, 4, 9, 10, 12: who gets what, in which order, and by when |
//! | `starts` | 5, 6: how many are started |
//! | `health` | 8, 11: what ends a container |
//! | `alarm` | 13: something due has an alarm |

mod alarm;
mod claims;
mod health;
mod rows;
mod starts;

use std::collections::BTreeMap;

use cf_warm_pool::pool::{Change, ContainerId, Counters, Decision, Event, Pool, PoolRow, State};

use super::happening::{Number, SessionNo};
use super::machine::number_of;
use claims::Asked;
pub use health::look_patience_ms;
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
    pub pool_row: PoolRow,
    /// By the containers' numbers.
    holders: Vec<Holder>,
    /// Containers ever recorded.
    recorded: u64,
    counts: [usize; 4],
    primed: bool,
    lessons: Lessons,
    memory: Remembered,
    counted: Counters,
    committed_counters: Counters,
    shown: Counters,
    /// How far the clock was put back, all in all.
    back_ms: u64,
    /// Alarms that came, and those that found nothing to do.
    pub alarms: u64,
    pub idle_alarms: u64,
    did_something: bool,
    idle_in_a_row: u32,
    idle_since_ms: u64,
    pub hits: u64,
    pub misses: u64,
    pub stickies: u64,
    pub errors: u64,
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
}

/// One commit.
pub struct Commit<'a> {
    pub event: &'a Event,
    pub decision: &'a Decision,
    pub pool: &'a Pool,
    pub clock_ms: u64,
    pub now_ms: u64,
    /// The longest a claim may wait beside so many that wait.
    pub patience_ms: &'a dyn Fn(u64) -> u64,
}

/// How a container's row changed.
struct Move {
    number: Number,
    from: Option<State>,
    to: Option<State>,
}

impl Reference {
    pub fn committed(&mut self, commit: &Commit<'_>) -> Checked {
        self.look_answered(commit);
        let before = self.counts;
        let gate = self.pool_row.gate.clone();
        let waited = self.memory.waits.len();
        let moves = self.apply_changes(commit)?;
        self.claim_asked(commit);
        self.check_ends(commit, &moves)?;
        self.replies(commit, &moves)?;
        self.check_lessons(commit, &moves, &gate)?;
        self.check_starts(commit, &moves)?;
        self.check_shut_down(commit, before, waited)?;
        self.looks_asked(commit);
        self.check_recorded(commit.event)?;
        let decision = commit.decision;
        self.did_something |=
            !decision.changes.is_empty() || !decision.commands.is_empty() || !decision.replies.is_empty();
        self.check_counters()
    }

    fn apply_changes(&mut self, commit: &Commit<'_>) -> Result<Vec<Move>, Violation> {
        let mut moves = Vec::new();
        for change in &commit.decision.changes {
            match change {
                Change::PutContainer(container) => moves.push(self.put_row(container)?),
                Change::DeleteContainer(id) => moves.push(self.delete_row(*id, commit.event)?),
                Change::PutPool(row) => {
                    if row.config != self.pool_row.config {
                        self.primed = true;
                    }
                    self.pool_row = row.clone();
                }
                Change::PutCounters(counters) => self.committed_counters = *counters,
            }
        }
        if *commit.event == Event::PrewarmedShutDown {
            self.primed = false;
        }
        if let Event::Claimed { config: Some(config), .. } | Event::Configured { config } = commit.event {
            let in_force = self.pool_row.config.as_ref() == Some(config) || commit.decision.refused.is_some();
            hold!("4 config", in_force, "{config:?} came, and {:?} is recorded", self.pool_row.config);
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
            let same = row.is_some_and(|row| row.id == container.id && row.state == container.state);
            hold!("1 one state", same, "{container:?} was loaded, {row:?} was committed");
        }
        hold!("7 tracked", found == self.rows.len(), "{found} rows of {} were loaded", self.rows.len());
        Ok(())
    }

    pub fn memory_lost(&mut self) {
        self.memory = Remembered::default();
        self.counted = self.committed_counters;
    }

    /// What the event said is forgotten with the memory that heard it.
    pub fn commit_failed(&mut self) {
        self.memory_lost();
    }

    pub fn clock_jumped(&mut self, jump_ms: i64) {
        if jump_ms < 0 {
            self.back_ms += jump_ms.unsigned_abs();
            for asked in self.memory.claims.values_mut() {
                asked.until_ms += jump_ms.unsigned_abs();
            }
        }
    }

    pub fn alarm_began(&mut self) {
        self.alarms += 1;
        self.did_something = false;
    }

    /// Alarms with nothing to do may come now and then, not one upon the other.
    pub fn alarm_ended(&mut self, now_ms: u64) -> Checked {
        self.idle_alarms += u64::from(!self.did_something);
        if self.did_something || now_ms >= self.idle_since_ms + 1_000 {
            self.idle_since_ms = now_ms;
            self.idle_in_a_row = 0;
        }
        self.idle_in_a_row += 1;
        hold!(
            "13 alarm",
            self.idle_in_a_row < 20,
            "{} alarms in a second find nothing to do",
            self.idle_in_a_row
        );
        Ok(())
    }

    pub fn tracked_ids(&self) -> Vec<ContainerId> {
        self.rows.values().map(|row| row.id).collect()
    }

    pub fn starting(&self) -> usize {
        self.counts[0]
    }

    pub fn warm(&self) -> usize {
        self.counts[1]
    }

    pub fn assigned(&self) -> usize {
        self.counts[2]
    }

    pub fn stopping(&self) -> usize {
        self.counts[3]
    }

    pub fn waiting(&self) -> usize {
        self.memory.waits.len()
    }

    /// Warm containers the pool is to keep.
    pub fn target(&self) -> usize {
        match &self.pool_row.config {
            Some(config) if self.primed && config.enabled => config.warm_target,
            _ => 0,
        }
    }
}
